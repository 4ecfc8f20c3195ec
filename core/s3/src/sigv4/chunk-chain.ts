import { isSameSignature, type Signatures, type Signer } from "./signatures.ts";

/**
 * The signatures of a body's chunks, each of which covers the one before:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkChain {
  readonly #signatures: Signatures;
  readonly #signer: Signer;
  #previous: string;

  /** `seed` is the request's own signature. */
  constructor(signatures: Signatures, { signer, seed }: ChunkChainStart) {
    this.#signatures = signatures;
    this.#signer = signer;
    this.#previous = seed;
  }

  /** The next chunk's, whose data has that SHA-256 in hexadecimal. The last one is empty. */
  signChunk(sha256: string): string {
    const previous = this.#previous;
    this.#previous = this.#signatures.ofChunk(this.#signer, { previous, sha256 });
    return this.#previous;
  }

  /** The last of all. `trailers` are lines of "name:value\n". */
  signTrailers(trailers: string): string {
    return this.#signatures.ofTrailers(this.#signer, { previous: this.#previous, trailers });
  }

  isChunk(sha256: string, signature: string): boolean {
    return isSameSignature(this.signChunk(sha256), signature);
  }

  isTrailers(trailers: string, signature: string): boolean {
    return isSameSignature(this.signTrailers(trailers), signature);
  }
}

export interface ChunkChainStart {
  readonly signer: Signer;
  readonly seed: string;
}
