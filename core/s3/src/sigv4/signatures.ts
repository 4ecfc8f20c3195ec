import type { Hashes } from "../hashes.ts";
import { toHex } from "../hex.ts";
import { type CredentialScope, toScopeText } from "./credential-scope.ts";

/**
 * Computes signatures, and keeps the signing keys, which change once a day: without them a
 * signature takes one HMAC instead of five.
 */
export class Signatures {
  readonly hashes: Hashes;
  readonly #maxKeys: number;
  readonly #keys = new Map<string, Uint8Array>();

  constructor({ hashes, maxKeys }: SignaturesOptions) {
    this.hashes = hashes;
    this.#maxKeys = maxKeys;
  }

  ofRequest(signer: Signer, canonicalRequest: string): string {
    return this.#sign(signer, ["AWS4-HMAC-SHA256"], [this.#hashOf(canonicalRequest)]);
  }

  /** `sha256` is of the chunk's data, in hexadecimal. */
  ofChunk(signer: Signer, { previous, sha256 }: ChunkToSign): string {
    return this.#sign(signer, ["AWS4-HMAC-SHA256-PAYLOAD"], [previous, emptySha256, sha256]);
  }

  /** `trailers` are lines of "name:value\n". */
  ofTrailers(signer: Signer, { previous, trailers }: TrailersToSign): string {
    return this.#sign(signer, ["AWS4-HMAC-SHA256-TRAILER"], [previous, this.#hashOf(trailers)]);
  }

  #sign(signer: Signer, head: readonly string[], tail: readonly string[]): string {
    const lines = [...head, signer.amzDate, toScopeText(signer), ...tail];
    return toHex(this.hashes.hmacSha256(this.#keyOf(signer), latin1Bytes(lines.join("\n"))));
  }

  #hashOf(text: string): string {
    return toHex(this.hashes.sha256(latin1Bytes(text)));
  }

  #keyOf({ secretKey, day, region }: Signer): Uint8Array {
    const name = `${day}/${region}/${secretKey}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    let key: Uint8Array = utf8.encode(`AWS4${secretKey}`);
    for (const part of [day, region, "s3", "aws4_request"]) {
      key = this.hashes.hmacSha256(key, utf8.encode(part));
    }
    const oldest = this.#keys.size < this.#maxKeys ? undefined : this.#keys.keys().next().value;
    if (oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(name, key);
    return key;
  }
}

export interface SignaturesOptions {
  readonly hashes: Hashes;
  /** How many signing keys to keep: one for each secret, day and region. */
  readonly maxKeys: number;
}

/** Who signs, and when. */
export interface Signer extends CredentialScope {
  readonly secretKey: string;
  /** "20130524T000000Z" */
  readonly amzDate: string;
}

export interface ChunkToSign {
  readonly previous: string;
  readonly sha256: string;
}

export interface TrailersToSign {
  readonly previous: string;
  readonly trailers: string;
}

/** Takes as long wherever the difference lies. How long a signature is, is no secret. */
export function isSameSignature(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}

const utf8 = new TextEncoder();
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Header values are bytes, one a character: what is signed is what is on the wire. */
function latin1Bytes(text: string): Uint8Array {
  // Nearly all is ASCII, of which UTF-8 has as many bytes.
  const encoded = utf8.encode(text);
  if (encoded.length === text.length) return encoded;
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}
