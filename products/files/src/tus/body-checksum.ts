import { tryBase64 } from "@breakwater/s3";
import { FilesError } from "../files-error.ts";

/** What a body's checksum has to be. */
export interface BodyChecksum {
  readonly algorithm: string;
  readonly digest: Uint8Array;
}

const digests: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  sha1: (bytes) => new Bun.CryptoHasher("sha1").update(bytes).digest(),
  sha256: (bytes) => new Bun.CryptoHasher("sha256").update(bytes).digest(),
  md5: (bytes) => new Bun.CryptoHasher("md5").update(bytes).digest(),
  crc32: (bytes) => {
    const digest = new Uint8Array(4);
    new DataView(digest.buffer).setUint32(0, Bun.hash.crc32(bytes));
    return digest;
  },
};

/** For Tus-Checksum-Algorithm. */
export const checksumAlgorithms: string = Object.keys(digests).join(",");

/** Upload-Checksum: "sha1 base64". Throws FilesError "bad_request". */
export function parseChecksum(text: string): BodyChecksum {
  const [algorithm = "", value = ""] = text.trim().split(" ");
  const digest = tryBase64(value);
  if (Object.hasOwn(digests, algorithm) && digest !== undefined) return { algorithm, digest };
  const message = `Cannot check Upload-Checksum "${text.slice(0, 80)}"`;
  throw new FilesError("bad_request", `${message}: send one of ${checksumAlgorithms} in base64`);
}

/** Throws FilesError "corrupted" if the bytes are others. */
export function checkChecksum(bytes: Uint8Array, { algorithm, digest }: BodyChecksum): void {
  const actual = digests[algorithm]!(bytes);
  if (Buffer.compare(actual, digest) === 0) return;
  const message = `The ${algorithm} of what arrived is another than Upload-Checksum says`;
  throw new FilesError("corrupted", `${message}: send it again`);
}
