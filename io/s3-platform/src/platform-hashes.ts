import type { Hashes } from "@breakwater/s3";
import { CryptoHasher, MD5, SHA256 } from "bun";

/** Hot path: four of these make a request's signature, at 0.2 to 0.6 µs each. */
export const platformHashes: Hashes = {
  sha256: (bytes) => SHA256.hash(bytes) as Uint8Array,
  hmacSha256: (key, bytes) => new CryptoHasher("sha256", key).update(bytes).digest(),
  md5: (bytes) => MD5.hash(bytes) as Uint8Array,
  startSha256: () => {
    const hash = new CryptoHasher("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  },
};
