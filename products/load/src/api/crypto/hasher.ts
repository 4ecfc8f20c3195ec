import { toBytes } from "../encoding/to-bytes.ts";

const algorithms = {
  md4: "md4",
  md5: "md5",
  ripemd160: "ripemd160",
  sha1: "sha1",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
  sha512_224: "sha512-224",
  sha512_256: "sha512-256",
} as const;

/** k6's names of hash functions, which are functions of its module as well. */
export const hashNames: readonly string[] = Object.keys(algorithms);

/** k6's createHash(), or createHMAC() (RFC 2104) with a secret. Throws a TypeError. */
export function hasher(algorithm: unknown, secret?: Uint8Array): Hasher {
  if (typeof algorithm !== "string" || !Object.hasOwn(algorithms, algorithm)) {
    const known = hashNames.join(", ");
    throw new TypeError(`Cannot hash with "${String(algorithm)}": give one of ${known}`);
  }
  const name = algorithms[algorithm as keyof typeof algorithms];
  // The types lag behind: an HMAC may have any of these algorithms.
  return new Hasher(new Bun.CryptoHasher(name as "sha256", secret));
}

/** Asked for its digest it can go on: k6's digest() is of what came so far. */
export class Hasher {
  readonly #hash: Bun.CryptoHasher;

  constructor(hash: Bun.CryptoHasher) {
    this.#hash = hash;
  }

  /** Text (as UTF-8), an ArrayBuffer or a Uint8Array. */
  update(input: unknown): void {
    this.#hash.update(toBytes(input, "hash"));
  }

  /** "hex", "base64", "base64url" (with padding), "base64rawurl" (without), or "binary". */
  digest(outputEncoding?: unknown): string | ArrayBuffer {
    const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(this.#hash.copy().digest());
    switch (outputEncoding) {
      case "hex":
        return bytes.toHex();
      case "base64":
        return bytes.toBase64();
      case "base64url":
        return bytes.toBase64({ alphabet: "base64url" });
      case "base64rawurl":
        return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
      case "binary":
        return bytes.buffer;
      default:
        throw new TypeError(
          `Cannot write a digest as "${String(outputEncoding)}": ` +
            "give hex, base64, base64url, base64rawurl or binary",
        );
    }
  }
}
