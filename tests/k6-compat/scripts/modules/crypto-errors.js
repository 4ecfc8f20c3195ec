import crypto, { createHMAC, md5 } from "k6/crypto";

export default function () {
  const tries = {
    number: () => md5(5, "hex"),
    nothing: () => md5(undefined, "hex"),
    "no encoding": () => typeof md5("a"),
    "unknown hmac": () => createHMAC("sha0", "k"),
    "digest twice": () => {
      const h = crypto.createHash("md5");
      h.update("a");
      return h.digest("hex") === h.digest("hex");
    },
    "update after digest": () => {
      const h = crypto.createHash("md5");
      h.digest("hex");
      h.update("a");
      return h.digest("hex");
    },
    negative: () => crypto.randomBytes(-1),
    none: () => crypto.randomBytes(0).byteLength,
    "empty key": () => crypto.hmac("sha256", "", "", "hex"),
    "bytes key": () =>
      crypto.hmac("sha256", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer, "hex"),
    "hex of text": () => crypto.hexEncode("ab"),
    view: () => crypto.sha256(new Uint8Array([1, 2]), "hex"),
  };
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      console.log(name, attempt());
    } catch (error) {
      console.log(name, "refused");
    }
  }
}
