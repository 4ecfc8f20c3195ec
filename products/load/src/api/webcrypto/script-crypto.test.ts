import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { caught, testUser } from "../../vu/testing/test-user.ts";
import { scriptCrypto } from "./script-crypto.ts";

function setUp() {
  const vu = testUser({ clock: systemClock() });
  return { vu, ...scriptCrypto(vu.user) };
}

const text = (value: string) => new TextEncoder().encode(value);
const hex = (data: unknown) => new Uint8Array(data as ArrayBuffer).toHex();

test.each([
  ["sha-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [{ name: "sha-1" }, "a9993e364706816aba3e25717850c26c9cd0d89d"],
])("%p hashes: names of algorithms may be in lower case (FIPS 180-4)", async (name, wanted) => {
  const { subtle } = setUp();
  expect(hex(await subtle.digest!(name, text("abc")))).toBe(wanted);
});

// RFC 4231, test case 2.
test("an HMAC is signed and verified", async () => {
  const { subtle } = setUp();
  const algorithm = { name: "hmac", hash: { name: "sha-256" } };
  const key = await subtle.importKey!("raw", text("Jefe"), algorithm, false, ["sign", "verify"]);
  const data = text("what do ya want for nothing?");
  const signature = await subtle.sign!("HMAC", key, data);
  expect(hex(signature)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  expect(await subtle.verify!("HMAC", key, signature, data)).toBe(true);
  expect(await subtle.verify!("HMAC", key, signature, text("else"))).toBe(false);
});

test.each([
  ["aes-cbc", { iv: new Uint8Array(16) }],
  ["aes-ctr", { counter: new Uint8Array(16), length: 64 }],
  ["aes-gcm", { iv: new Uint8Array(12) }],
])("%s decrypts what it encrypted, with a key that was exported", async (name, parameters) => {
  const { subtle } = setUp();
  const usages = ["encrypt", "decrypt"];
  const key = await subtle.generateKey!({ name, length: 256 }, true, usages);
  const encrypted = await subtle.encrypt!({ name, ...parameters }, key, text("secret"));
  const jwk = await subtle.exportKey!("jwk", key);
  const again = await subtle.importKey!("jwk", jwk, { name }, true, usages);
  const decrypted = await subtle.decrypt!({ name, ...parameters }, again, encrypted);
  expect(new TextDecoder().decode(decrypted as ArrayBuffer)).toBe("secret");
});

test("a JWK's own curve counts, as in k6", async () => {
  const { subtle } = setUp();
  const algorithm = { name: "ECDSA", namedCurve: "P-521" };
  const { privateKey } = (await subtle.generateKey!(algorithm, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const jwk = await subtle.exportKey!("jwk", privateKey);
  const other = { name: "ECDSA", namedCurve: "P-256" };
  const key = (await subtle.importKey!("jwk", jwk, other, true, ["sign"])) as CryptoKey;
  expect(key.algorithm).toMatchObject({ namedCurve: "P-521" });
});

test("keys are derived (PBKDF2), and wrapped, which k6 cannot", async () => {
  const { subtle } = setUp();
  const password = await subtle.importKey!("raw", text("pass"), "pbkdf2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", salt: text("salt"), iterations: 10, hash: "SHA-256" };
  const wrapper = await subtle.deriveKey!(
    derivation,
    password,
    { name: "AES-KW", length: 256 },
    false,
    ["wrapKey", "unwrapKey"],
  );
  const algorithm = { name: "AES-GCM", length: 128 };
  const key = await subtle.generateKey!(algorithm, true, ["encrypt"]);
  const wrapped = await subtle.wrapKey!("raw", key, wrapper, "AES-KW");
  const args = ["raw", wrapped, wrapper, "AES-KW", algorithm, true, ["encrypt"]];
  const again = await subtle.unwrapKey!(...args);
  expect(hex(await subtle.exportKey!("raw", again))).toBe(hex(await subtle.exportKey!("raw", key)));
});

test("an iteration is not over before its operations are", async () => {
  const { vu, subtle } = setUp();
  const log: string[] = [];
  const outcome = await vu.iterate(() => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    void subtle.generateKey!(algorithm, true, ["sign", "verify"]).then(() => log.push("generated"));
  });
  expect([outcome, log]).toEqual(["complete", ["generated"]]);
});

test("an operation that fails rejects, and ends", async () => {
  const { vu, subtle } = setUp();
  const error = await vu.inside(() => caught(subtle.digest!("md5", text("abc"))));
  expect((error as Error).name).toBe("NotSupportedError");
});

test("random values and UUIDs come from functions that can be taken out", () => {
  const { getRandomValues, randomUUID } = setUp();
  const values = new Uint32Array(16);
  expect(getRandomValues(values)).toBe(values);
  expect(values.some((value) => value > 255)).toBe(true);
  expect(randomUUID()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
});
