import type {
  Checksum,
  ChecksumAlgorithm,
  ChecksumType,
  ObjectMetadata,
  Tag,
} from "@breakwater/s3";
import { type InPieces, type Stored, toStored } from "./content.ts";
import type {
  NewObject,
  NewUpload,
  StoredChecksum,
  StoredObject,
  StoredPart,
  StoredUpload,
} from "./disk.ts";

export interface ObjectRow {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modified_ms: number;
  readonly about: string;
  readonly content: string | number | null;
  readonly pieces: string | null;
  readonly parts: string | null;
}

export const objectColumns = "key, bytes, etag, modified_ms, about, content, pieces, parts";

export function toStoredObject(row: ObjectRow): StoredObject {
  const { key, bytes, etag, modified_ms: modifiedMs, parts } = row;
  const about = JSON.parse(row.about) as AboutObject;
  const object = {
    ...{ key, bytes, etag, modifiedMs },
    metadata: about.metadata,
    tags: about.tags,
    checksum: about.checksum,
    content: contentOf(row),
  };
  if (parts === null) return { ...object, partBytes: undefined };
  // A page of a listing has a thousand of these, each of up to ten thousand, and needs none.
  return {
    ...object,
    get partBytes() {
      return parsePartBytes(parts);
    },
  };
}

export function contentOf({
  content,
  pieces,
  bytes,
}: Pick<ObjectRow, "content" | "pieces" | "bytes">): Stored {
  if (pieces === null) return toStored(content!, bytes);
  return piecesOf({ owner: pieces, partNumber: undefined, bytes });
}

export function piecesOf(pieces: Omit<InPieces, "kind" | "place">): InPieces {
  return { kind: "content", place: "pieces", ...pieces };
}

interface AboutObject {
  readonly metadata: ObjectMetadata;
  readonly tags: readonly Tag[];
  readonly checksum: StoredChecksum | undefined;
}

export function aboutObject({
  metadata,
  tags,
  checksum,
}: Pick<NewObject, "metadata" | "tags" | "checksum">): string {
  return JSON.stringify({ metadata, tags, checksum } satisfies AboutObject);
}

/** Lengths that repeat are counted: "5242880*199,17". */
export function partBytesText(bytes: readonly number[]): string {
  const runs: { readonly bytes: number; count: number }[] = [];
  for (const one of bytes) {
    const last = runs.at(-1);
    if (last?.bytes === one) last.count += 1;
    else runs.push({ bytes: one, count: 1 });
  }
  return runs.map((run) => (run.count > 1 ? `${run.bytes}*${run.count}` : run.bytes)).join(",");
}

export function parsePartBytes(text: string): readonly number[] {
  return text.split(",").flatMap((run) => {
    const [bytes, count = "1"] = run.split("*");
    return new Array<number>(Number(count)).fill(Number(bytes));
  });
}

export interface UploadRow {
  readonly no: number;
  readonly id: string;
  readonly key: string;
  readonly started_ms: number;
  readonly about: string;
}

export const uploadColumns = "no, id, key, started_ms, about";

export function toStoredUpload(row: UploadRow, bucket: string): StoredUpload {
  const { metadata, tags, algorithm, type } = JSON.parse(row.about) as AboutUpload;
  return {
    ...{ bucket, key: row.key, uploadId: row.id, startedMs: row.started_ms, metadata, tags },
    checksumAlgorithm: algorithm,
    checksumType: type,
  };
}

interface AboutUpload {
  readonly metadata: ObjectMetadata;
  readonly tags: readonly Tag[];
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly type: ChecksumType | undefined;
}

export function aboutUpload(upload: NewUpload): string {
  const { metadata, tags, checksumAlgorithm: algorithm, checksumType: type } = upload;
  return JSON.stringify({ metadata, tags, algorithm, type } satisfies AboutUpload);
}

export interface PieceRow {
  readonly part: number;
  readonly seq: number;
  readonly bytes: number;
  readonly content: string | number;
  readonly about: string | null;
}

/** Of a part, beside its first piece. */
export interface AboutPart {
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: Checksum | undefined;
  readonly pieces: number;
}

export function toStoredPart(owner: string, row: PieceRow): StoredPart {
  const { pieces, bytes, etag, modifiedMs, checksum } = JSON.parse(row.about ?? "") as AboutPart;
  const partNumber = row.part;
  const content: Stored =
    pieces === 1 ? toStored(row.content, bytes) : piecesOf({ owner, partNumber, bytes });
  return { partNumber, bytes, etag, modifiedMs, checksum, content };
}
