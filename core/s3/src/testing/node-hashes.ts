import type { Hashes } from "../hashes.ts";

/** Hashes for tests, which pass in node:crypto: this layer cannot import it. */
export function nodeHashes({ createHash, createHmac }: NodeCrypto): Hashes {
  return {
    sha256: (bytes) => createHash("sha256").update(bytes).digest(),
    hmacSha256: (key, bytes) => createHmac("sha256", key).update(bytes).digest(),
    md5: (bytes) => createHash("md5").update(bytes).digest(),
    startSha256: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    },
  };
}

export interface NodeCrypto {
  createHash(name: string): NodeHash;
  createHmac(name: string, key: Uint8Array): NodeHash;
}

export interface NodeHash {
  update(bytes: Uint8Array): NodeHash;
  digest(): Uint8Array;
}
