import type { ObjectMetadata } from "@breakwater/s3";
import type {
  Content,
  ContentReader,
  Disk,
  NewObject,
  NewPart,
  Place,
  StoredObject,
  WriteCheck,
} from "../disk/disk.ts";

/** Bytes that look random, the same for the same seed. */
export function bytesOf(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed * 2 + 1;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Written in pieces, as they come from a socket. */
export async function contentOf(disk: Disk, bytes: Uint8Array): Promise<Content> {
  const writer = disk.write(bytes.length);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (!writer.write(bytes.subarray(at, at + PIECE_BYTES))) {
      await new Promise<void>((resolve) => writer.onDrain(resolve));
    }
  }
  return await writer.finish();
}

export async function put(
  disk: Disk,
  { bucket, key, bytes }: Place & { readonly bytes: Uint8Array },
  check: WriteCheck = () => {},
): Promise<StoredObject> {
  const content = await contentOf(disk, bytes);
  try {
    return await disk.putObject(objectOf({ bucket, key, bytes: bytes.length, content }), check);
  } catch (error) {
    disk.discard(content);
    throw error;
  }
}

export function objectOf(
  object: Place & { readonly bytes: number; readonly content: Content },
): NewObject {
  return { ...object, etag: "e1", modifiedMs: 1, metadata, tags: [], checksum: undefined };
}

export async function putPart(
  disk: Disk,
  uploadId: string,
  { partNumber, bytes }: { readonly partNumber: number; readonly bytes: Uint8Array },
): Promise<boolean> {
  const content = await contentOf(disk, bytes);
  return await disk.putPart(uploadId, partOf({ partNumber, bytes: bytes.length, content }));
}

export function partOf(part: Pick<NewPart, "partNumber" | "bytes" | "content">): NewPart {
  return { ...part, etag: `p${part.bytes}`, modifiedMs: 2, checksum: undefined };
}

export async function startUpload(disk: Disk, place: Place): Promise<string> {
  const { uploadId } = await disk.createUpload({
    ...place,
    ...{ startedMs: 3, metadata, tags: [{ key: "a", value: "b" }] },
    ...{ checksumAlgorithm: undefined, checksumType: undefined },
  });
  return uploadId;
}

export function complete(
  disk: Disk,
  upload: Place & { readonly uploadId: string; readonly partNumbers: readonly number[] },
  check: WriteCheck = () => {},
): Promise<StoredObject> {
  const { partNumbers, ...place } = upload;
  const stored = new Map(disk.parts(place.uploadId).map((part) => [part.partNumber, part]));
  const parts = partNumbers.map((partNumber) => stored.get(partNumber) ?? { partNumber, etag: "" });
  const completed = { ...place, parts, etag: "e-2", modifiedMs: 4, checksum: undefined };
  return disk.completeUpload(completed, check);
}

export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** All of an object that is there, or a stretch of it. */
export async function read(disk: Disk, place: Place, stretch?: Stretch): Promise<Uint8Array> {
  const { content, bytes } = disk.object(place)!;
  using reader = disk.read(content, stretch ?? { first: 0, last: bytes - 1 });
  return await drain(reader);
}

export async function drain(reader: ContentReader): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await reader.next();
    if (piece === undefined) return new Uint8Array(Buffer.concat(pieces));
    pieces.push(piece);
  }
}

export const metadata: ObjectMetadata = {
  system: [["content-type", "text/plain"]],
  user: [["colour", "blue"]],
};

const PIECE_BYTES = 65_536;
