import { hexEncode } from "k6/crypto";
import { b64decode } from "k6/encoding";

const { subtle } = crypto;
const bytes = (text) => new TextEncoder().encode(text);
const key = (algorithm, usages) =>
  subtle.importKey("raw", new Uint8Array(32).fill(7), algorithm, true, usages);

export default async function () {
  for (const name of ["SHA-1", "sha-256", { name: "SHA-384" }, "SHA-512"]) {
    console.log(JSON.stringify(name), hexEncode(await subtle.digest(name, bytes("text"))));
  }
  console.log(crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length);
  const iv = new Uint8Array(16).fill(1);
  const modes = {
    "AES-CBC": { name: "AES-CBC", iv },
    "AES-CTR": { name: "AES-CTR", counter: iv, length: 64 },
    "AES-GCM": {
      name: "AES-GCM",
      iv: iv.slice(0, 12),
      additionalData: bytes("more"),
      tagLength: 128,
    },
  };
  for (const [name, params] of Object.entries(modes)) {
    const aes = await key(name, ["encrypt", "decrypt"]);
    const sealed = await subtle.encrypt(params, aes, bytes("a secret text"));
    console.log(
      name,
      hexEncode(sealed),
      new TextDecoder().decode(await subtle.decrypt(params, aes, sealed)),
    );
    const { algorithm, type, extractable, usages } = aes;
    console.log(type, extractable, usages.join(), algorithm.name, algorithm.length);
  }
  for (const hash of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
    const mac = await key({ name: "HMAC", hash }, ["sign", "verify"]);
    const signature = await subtle.sign("HMAC", mac, bytes("text"));
    console.log(
      hexEncode(signature),
      await subtle.verify("HMAC", mac, signature, bytes("text")),
      await subtle.verify("HMAC", mac, signature, bytes("other")),
    );
  }
  const jwk = await subtle.exportKey("jwk", await key("AES-GCM", ["encrypt"]));
  console.log(jwk.kty, jwk.k, jwk.alg, jwk.ext, jwk.key_ops.join());
  console.log(b64decode(jwk.k, "rawurl").byteLength);
  const password = await subtle.importKey("raw", bytes("password"), "PBKDF2", false, [
    "deriveBits",
    "deriveKey",
  ]);
  const params = { name: "PBKDF2", hash: "SHA-256", salt: bytes("salt"), iterations: 1000 };
  console.log(hexEncode(await subtle.deriveBits(params, password, 128)));
  const derived = await subtle.deriveKey(params, password, { name: "AES-CBC", length: 256 }, true, [
    "encrypt",
  ]);
  console.log(hexEncode(await subtle.exportKey("raw", derived)));
}
