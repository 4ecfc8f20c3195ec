import { toBytes } from "../encoding/to-bytes.ts";
import { type Hasher, hasher, hashNames } from "./hasher.ts";

type Digest = string | ArrayBuffer;
type Hash = (input: unknown, outputEncoding: unknown) => Digest;

/** Nothing in it depends on the VU: all share it. */
export const k6Crypto: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(hashNames.map((name) => [name, hash(name)])),
  createHash: (algorithm: unknown): Hasher => hasher(algorithm),
  createHMAC: (algorithm: unknown, secret: unknown): Hasher =>
    hasher(algorithm, toBytes(secret, "use as a secret")),
  hmac: (algorithm: unknown, secret: unknown, data: unknown, outputEncoding: unknown): Digest => {
    const hmac = hasher(algorithm, toBytes(secret, "use as a secret"));
    hmac.update(data);
    return hmac.digest(outputEncoding);
  },
  randomBytes,
  hexEncode: (data: unknown): string => toBytes(data, "encode").toHex(),
};

function hash(name: string): Hash {
  return (input, outputEncoding) => {
    const one = hasher(name);
    one.update(input);
    return one.digest(outputEncoding);
  };
}

/** More than a script can use for a key, and less than would take the process down. */
const MAX_RANDOM_BYTES = 2 ** 30;

function randomBytes(size: unknown): ArrayBuffer {
  const count = Math.trunc(Number(size));
  if (!(count >= 1 && count <= MAX_RANDOM_BYTES)) {
    const range = `a whole number from 1 to ${MAX_RANDOM_BYTES}`;
    throw new TypeError(`Cannot make ${String(size)} random bytes: give ${range}`);
  }
  const bytes = new Uint8Array(count);
  for (let start = 0; start < count; start += MAX_VALUES) {
    crypto.getRandomValues(bytes.subarray(start, start + MAX_VALUES));
  }
  return bytes.buffer;
}

/** The most that getRandomValues() fills at once (Web Cryptography API, 10.1.1). */
const MAX_VALUES = 65_536;
