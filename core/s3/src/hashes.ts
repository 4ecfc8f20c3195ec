/** The hash functions that this package needs and does not have: io brings the platform's. */
export interface Hashes {
  sha256(bytes: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  md5(bytes: Uint8Array): Uint8Array;
  /** For what comes in pieces. */
  startSha256(): RunningHash;
}

export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** The hash of all that was given; afterwards it is of no more use. */
  digest(): Uint8Array;
}
