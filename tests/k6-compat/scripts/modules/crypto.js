import crypto from "k6/crypto";

export default function () {
  for (const name of [
    "md4",
    "md5",
    "ripemd160",
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "sha512_224",
    "sha512_256",
  ]) {
    console.log(
      name,
      crypto[name]("hello", "hex"),
      crypto[name](new Uint8Array([1, 2]).buffer, "base64"),
    );
    console.log(name, crypto.hmac(name, "key", "data", "base64rawurl"));
  }
  const hash = crypto.createHash("sha1");
  hash.update("a");
  hash.update("b");
  console.log(hash.digest("hex"), hash.digest("base64"), hash.digest("base64url"));
  const hmac = crypto.createHMAC("sha256", "k");
  hmac.update("text");
  console.log(hmac.digest("hex"));
  console.log(new Uint8Array(crypto.sha1("x", "binary")).length, crypto.randomBytes(7).byteLength);
  console.log(crypto.hexEncode(new Uint8Array([0, 255]).buffer));
  for (const wrong of [() => crypto.sha1("x", "nope")]) {
    try {
      console.log(wrong());
    } catch (error) {
      console.log("refused");
    }
  }
}
