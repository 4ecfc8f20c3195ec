import { expect, test } from "bun:test";
import fc from "fast-check";
// What k6 v2.2.0 gives for "some text?", and for its HMAC with the secret "key".
import digests from "./fixtures/k6-digests.json" with { type: "json" };
import { type Hasher, hashNames } from "./hasher.ts";
import { k6Crypto } from "./k6-crypto.ts";

type Encodings = Readonly<Record<string, string>>;
type Call = (...args: unknown[]) => unknown;

const expected: Readonly<Record<string, { hash: Encodings; hmac: Encodings }>> = digests;
const call = (name: string, ...args: unknown[]): unknown => (k6Crypto[name] as Call)(...args);
const create = (name: string, ...args: unknown[]) => call(name, ...args) as Hasher;

test.each(hashNames)("%s gives what k6 gives, in every encoding", (name) => {
  const all = (digest: (encoding: string) => unknown) =>
    Object.fromEntries(
      ["hex", "base64", "base64url", "base64rawurl", "binary"].map((encoding) => {
        const result = digest(encoding);
        return [encoding, typeof result === "string" ? result : call("hexEncode", result)];
      }),
    );
  expect(all((encoding) => call(name, "some text?", encoding))).toEqual(expected[name]!.hash);
  expect(all((encoding) => call("hmac", name, "key", "some text?", encoding))).toEqual(
    expected[name]!.hmac,
  );
});

test.each(hashNames)("%s goes on after it was asked for its digest", (name) => {
  const hash = create("createHash", name);
  hash.update("some ");
  expect(hash.digest("hex")).toBe(call(name, "some ", "hex") as string);
  hash.update(new TextEncoder().encode("text?"));
  expect(hash.digest("hex")).toBe(expected[name]!.hash.hex!);
  expect(hash.digest("hex")).toBe(expected[name]!.hash.hex!);
  const hmac = create("createHMAC", name, new TextEncoder().encode("key").buffer);
  hmac.update("some text?");
  expect(hmac.digest("hex")).toBe(expected[name]!.hmac.hex!);
});

test("however it is cut, the digest is the same", () => {
  const parts = fc.array(fc.uint8Array());
  fc.assert(
    fc.property(fc.constantFrom(...hashNames), parts, (name, cut) => {
      const hash = create("createHash", name);
      for (const part of cut) hash.update(part);
      expect(hash.digest("hex")).toBe(call(name, Buffer.concat(cut), "hex") as string);
    }),
  );
});

test("random bytes are as many as asked for, beyond what is filled at once", () => {
  const sizes = [1, "4", 4.7, 65_537].map(
    (size) => (call("randomBytes", size) as ArrayBuffer).byteLength,
  );
  expect(sizes).toEqual([1, 4, 4, 65_537]);
  const bytes = new Uint8Array(call("randomBytes", 200_000) as ArrayBuffer);
  const tail = bytes.subarray(196_608);
  expect(tail.some((byte) => byte !== 0)).toBe(true);
});

test.each<[unknown, string]>([
  [new Uint8Array([1, 255]).buffer, "01ff"],
  ["hé", "68c3a9"],
  ["", ""],
])("%p is %s in hex", (data, wanted) => {
  expect(call("hexEncode", data)).toBe(wanted);
});

const notBytes = "give text, an ArrayBuffer or a Uint8Array";

test.each<[string, unknown[], string]>([
  ["createHash", ["sha3"], 'Cannot hash with "sha3": give one of md4, md5, ripemd160, sha1'],
  ["createHash", ["toString"], 'Cannot hash with "toString"'],
  ["createHMAC", [undefined, "k"], 'Cannot hash with "undefined"'],
  ["createHMAC", ["md5", 5], `Cannot use as a secret 5: ${notBytes}`],
  ["hmac", ["sha1", "k", {}, "hex"], `Cannot hash an object: ${notBytes}`],
  ["sha1", [new Uint16Array(1), "hex"], `Cannot hash a Uint16Array: ${notBytes}`],
  ["sha1", ["x"], 'Cannot write a digest as "undefined": give hex, base64, base64url'],
  ["sha1", ["x", "HEX"], 'Cannot write a digest as "HEX": give hex'],
  ["hexEncode", [[1]], `Cannot encode an Array: ${notBytes}`],
  ["randomBytes", [0], "Cannot make 0 random bytes: give a whole number from 1 to 1073741824"],
  ["randomBytes", [undefined], "Cannot make undefined random bytes"],
  ["randomBytes", [2 ** 31], "Cannot make 2147483648 random bytes"],
])("%s(%p) is refused", (name, args, message) => {
  expect(() => call(name, ...args)).toThrow(message);
});
