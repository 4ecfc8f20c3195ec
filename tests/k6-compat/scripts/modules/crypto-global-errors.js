const { subtle } = crypto;
const bytes = new Uint8Array(16);
const tries = {
  "unknown digest": () => subtle.digest("SHA-3", bytes),
  "digest of text": () => subtle.digest("SHA-256", "text"),
  "unknown algorithm": () =>
    subtle.generateKey({ name: "AES-XYZ", length: 128 }, true, ["encrypt"]),
  "wrong length": () => subtle.generateKey({ name: "AES-CBC", length: 100 }, true, ["encrypt"]),
  "wrong usage": () => subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["sign"]),
  "no usage": () => subtle.generateKey({ name: "AES-CBC", length: 128 }, true, []),
  "wrong key": async () =>
    subtle.encrypt(
      { name: "AES-GCM", iv: bytes },
      await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]),
      bytes,
    ),
  "usage not given": async () =>
    subtle.decrypt(
      { name: "AES-CBC", iv: bytes },
      await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]),
      bytes,
    ),
  "not extractable": async () =>
    subtle.exportKey(
      "raw",
      await subtle.generateKey({ name: "AES-CBC", length: 128 }, false, ["encrypt"]),
    ),
  "short iv": async () =>
    subtle.encrypt(
      { name: "AES-CBC", iv: new Uint8Array(3) },
      await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]),
      bytes,
    ),
  "bad ciphertext": async () =>
    subtle.decrypt(
      { name: "AES-CBC", iv: bytes },
      await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["decrypt"]),
      new Uint8Array(16),
    ),
  "bad raw key": () => subtle.importKey("raw", new Uint8Array(5), "AES-CBC", true, ["encrypt"]),
  "unknown format": () => subtle.importKey("pem", bytes, "AES-CBC", true, ["encrypt"]),
  wrap: () => typeof subtle.wrapKey,
  "random floats": () => crypto.getRandomValues(new Float32Array(1)),
  "too many": () => crypto.getRandomValues(new Uint8Array(65537)),
};
export default async function () {
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      const got = await attempt();
      console.log(name, typeof got);
    } catch (error) {
      console.log(name, "refused");
    }
  }
}
