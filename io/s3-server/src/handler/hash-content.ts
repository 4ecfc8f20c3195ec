import { type Checksum, type ChecksumAlgorithm, objectEtag, toBase64 } from "@breakwater/s3";
import { startChecksum, startMd5 } from "@breakwater/s3-platform";
import type { Content, Disk } from "../disk/disk.ts";

export interface HashWanted {
  readonly first: number;
  readonly last: number;
  readonly algorithm: ChecksumAlgorithm | undefined;
}

export interface ContentHashes {
  /** The MD5 in hexadecimal. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/** Of what is on the disk already: a copy in S3 has the ETag of its own bytes. */
export async function hashContent(
  disk: Disk,
  content: Content,
  { first, last, algorithm }: HashWanted,
): Promise<ContentHashes> {
  const md5 = startMd5();
  const running = algorithm && startChecksum(algorithm);
  if (last >= first) {
    using reader = disk.read(content, { first, last });
    // Each is awaited, also where it is at hand: others have their turn.
    for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next()) {
      md5.update(bytes);
      running?.update(bytes);
    }
  }
  const checksum = algorithm && { algorithm, value: toBase64(running!.digest()) };
  return { etag: objectEtag(md5.digest()), checksum };
}
