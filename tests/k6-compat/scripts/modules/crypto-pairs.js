const { subtle } = crypto;
const text = new TextEncoder().encode("text");

async function signing(algorithm, params) {
  const { publicKey, privateKey } = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const signature = await subtle.sign(params, privateKey, text);
  const spki = await subtle.exportKey("spki", publicKey);
  const pkcs8 = await subtle.exportKey("pkcs8", privateKey);
  const again = await subtle.importKey("spki", spki, algorithm, true, ["verify"]);
  await subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  const jwk = await subtle.exportKey("jwk", publicKey);
  console.log(params.name ?? params, publicKey.type, privateKey.type, signature.byteLength);
  console.log(jwk.kty, jwk.crv, await subtle.verify(params, again, signature, text));
  const wrong = new Uint8Array(signature);
  wrong[5] ^= 1;
  console.log(await subtle.verify(params, publicKey, wrong, text));
}
export default async function () {
  const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  await signing({ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" });
  await signing({ name: "ECDSA", namedCurve: "P-384" }, { name: "ECDSA", hash: "SHA-384" });
  await signing({ name: "RSASSA-PKCS1-v1_5", ...rsa }, { name: "RSASSA-PKCS1-v1_5" });
  await signing({ name: "RSA-PSS", ...rsa }, { name: "RSA-PSS", saltLength: 32 });
  const pair = await subtle.generateKey({ name: "RSA-OAEP", ...rsa }, true, ["encrypt", "decrypt"]);
  const sealed = await subtle.encrypt({ name: "RSA-OAEP" }, pair.publicKey, text);
  console.log(
    sealed.byteLength,
    (await subtle.decrypt({ name: "RSA-OAEP" }, pair.privateKey, sealed)).byteLength,
  );
  const ecdh = { name: "ECDH", namedCurve: "P-256" };
  const [a, b] = [
    await subtle.generateKey(ecdh, true, ["deriveBits", "deriveKey"]),
    await subtle.generateKey(ecdh, true, ["deriveBits"]),
  ];
  const one = new Uint8Array(
    await subtle.deriveBits({ name: "ECDH", public: b.publicKey }, a.privateKey, 256),
  );
  const two = new Uint8Array(
    await subtle.deriveBits({ name: "ECDH", public: a.publicKey }, b.privateKey, 256),
  );
  console.log(one.join() === two.join(), one.length);
  const raw = await subtle.exportKey("raw", a.publicKey);
  console.log(raw.byteLength, (await subtle.importKey("raw", raw, ecdh, true, [])).type);
}
