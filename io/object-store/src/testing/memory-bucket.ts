import {
  checkKey,
  checkWrite,
  compareKeys,
  type KeyCursor,
  listPage,
  MAX_PART_NUMBER,
  objectEtag,
  parseContinuationToken,
  planCompletion,
  resolveRange,
  S3Error,
  toContinuationToken,
} from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import type {
  GetOptions,
  ListedObject,
  ListedPage,
  ListOptions,
  ObjectInfo,
  PutOptions,
  UnfinishedUpload,
  UploadedPart,
  Written,
} from "../object-store.ts";

export interface MemoryObject {
  readonly info: ObjectInfo;
  readonly bytes: Uint8Array;
}

interface MemoryUpload {
  readonly key: string;
  readonly options: PutOptions;
  readonly startedMs: number;
  readonly parts: Map<number, { readonly etag: string; readonly bytes: Uint8Array }>;
}

/** The store behind memoryObjectStore. Throws S3Error, as a server answers with one. */
export class MemoryBucket {
  readonly objects: Map<string, MemoryObject> = new Map();
  readonly #uploads = new Map<string, MemoryUpload>();
  readonly #epochMs: () => number;
  readonly #minPartBytes: number;
  /** In order; undefined when keys came or went. */
  #keys: string[] | undefined;
  #uploadsStarted = 0;

  constructor({ epochMs, minPartBytes }: { epochMs: () => number; minPartBytes: number }) {
    this.#epochMs = epochMs;
    this.#minPartBytes = minPartBytes;
  }

  check(key: string, { ifMatch, ifNoneMatch }: PutOptions): void {
    checkKey(key);
    const conditions = {
      ifMatch: ifMatch === undefined ? undefined : [{ etag: ifMatch, isWeak: false }],
      ifNoneMatch,
      ifModifiedSinceMs: undefined,
      ifUnmodifiedSinceMs: undefined,
    };
    const state = this.objects.get(key)?.info;
    checkWrite(conditions, state);
  }

  put(key: string, { bytes, options, etag }: NewObject): Written {
    this.check(key, options);
    const { contentType, cacheControl, contentDisposition, metadata = {} } = options;
    const info: ObjectInfo = {
      key,
      bytes: bytes.length,
      etag: etag ?? objectEtag(platformHashes.md5(bytes)),
      modifiedMs: Math.floor(this.#epochMs() / 1000) * 1000,
      contentType: contentType ?? "binary/octet-stream",
      cacheControl,
      contentDisposition,
      metadata,
    };
    if (!this.objects.has(key)) this.#keys = undefined;
    this.objects.set(key, { info, bytes });
    return { etag: info.etag };
  }

  get(key: string, { range, ifMatch }: GetOptions): MemoryObject | undefined {
    checkKey(key);
    const found = this.objects.get(key);
    if (found === undefined) return undefined;
    const { info, bytes } = found;
    if (ifMatch !== undefined && ifMatch !== info.etag) throw new S3Error("PreconditionFailed");
    if (range === undefined) return found;
    const spec = { kind: "from", first: range.first, last: range.last } as const;
    const { first, last } = resolveRange(spec, bytes.length);
    return { info, bytes: bytes.subarray(first, last + 1) };
  }

  head(key: string): ObjectInfo | undefined {
    checkKey(key);
    return this.objects.get(key)?.info;
  }

  delete(key: string): void {
    checkKey(key);
    if (this.objects.delete(key)) this.#keys = undefined;
  }

  copy({ from, to }: { readonly from: string; readonly to: string }): Written | undefined {
    checkKey(to);
    const found = this.objects.get(from);
    return found && this.put(to, { bytes: found.bytes, options: found.info });
  }

  list({ prefix = "", delimiter, maxKeys = 1000, ...from }: ListOptions): ListedPage {
    const { startAfter, continuationToken } = from;
    const after =
      continuationToken === undefined ? startAfter : parseContinuationToken(continuationToken);
    const page = listPage(this.#cursor(), { prefix, delimiter, maxKeys, after });
    const { objects, commonPrefixes, isTruncated, last } = page;
    const nextToken = isTruncated && last !== undefined ? toContinuationToken(last) : undefined;
    return { objects: objects.map(toListed), commonPrefixes, nextToken };
  }

  startUpload(key: string, options: PutOptions): string {
    checkKey(key);
    this.#uploadsStarted += 1;
    const uploadId = `upload-${this.#uploadsStarted}`;
    this.#uploads.set(uploadId, { key, options, startedMs: this.#epochMs(), parts: new Map() });
    return uploadId;
  }

  checkPart(key: string, { uploadId, partNumber }: Omit<NewPart, "bytes">): void {
    this.#upload(key, uploadId);
    if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return;
    throw new S3Error("InvalidArgument");
  }

  putPart(key: string, { uploadId, partNumber, bytes }: NewPart): UploadedPart {
    const etag = objectEtag(platformHashes.md5(bytes));
    this.#upload(key, uploadId).parts.set(partNumber, { etag, bytes });
    return { partNumber, etag, bytes: bytes.length };
  }

  parts(key: string, uploadId: string): readonly UploadedPart[] {
    return [...this.#upload(key, uploadId).parts]
      .map(([partNumber, { etag, bytes }]) => ({ partNumber, etag, bytes: bytes.length }))
      .sort((a, b) => a.partNumber - b.partNumber);
  }

  complete(key: string, { uploadId, parts }: CompletedUpload): Written {
    const upload = this.#upload(key, uploadId);
    const named = parts.map((part) => ({ ...part, checksum: undefined }));
    const plan = planCompletion(named, {
      findPart: (partNumber) => {
        const found = upload.parts.get(partNumber);
        if (found === undefined) return undefined;
        return { partNumber, etag: found.etag, bytes: found.bytes.length, checksum: undefined };
      },
      md5: platformHashes.md5,
      minPartBytes: this.#minPartBytes,
    });
    const bytes = Buffer.concat(
      plan.parts.map(({ partNumber }) => upload.parts.get(partNumber)!.bytes),
    );
    const written = this.put(key, { bytes, options: upload.options, etag: plan.etag });
    this.#uploads.delete(uploadId);
    return written;
  }

  abort(key: string, uploadId: string): void {
    this.#upload(key, uploadId);
    this.#uploads.delete(uploadId);
  }

  unfinished(prefix: string): readonly UnfinishedUpload[] {
    return [...this.#uploads]
      .map(([uploadId, { key, startedMs }]) => ({ key, uploadId, startedMs }))
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => compareKeys(a.key, b.key));
  }

  #upload(key: string, uploadId: string): MemoryUpload {
    const found = this.#uploads.get(uploadId);
    if (found === undefined || found.key !== key) throw new S3Error("NoSuchUpload");
    return found;
  }

  #cursor(): KeyCursor<ListedObject> {
    this.#keys ??= [...this.objects.keys()].sort(compareKeys);
    const keys = this.#keys;
    let place = 0;
    const at = (): ListedObject | undefined => this.objects.get(keys[place] ?? "")?.info;
    return {
      seek: (key) => {
        place = firstNotBelow(keys, key);
        return at();
      },
      next: () => {
        place += 1;
        return at();
      },
    };
  }
}

interface NewObject {
  readonly bytes: Uint8Array;
  readonly options: PutOptions;
  /** That of an upload in parts. */
  readonly etag?: string;
}

interface NewPart {
  readonly uploadId: string;
  readonly partNumber: number;
  readonly bytes: Uint8Array;
}

interface CompletedUpload {
  readonly uploadId: string;
  readonly parts: readonly UploadedPart[];
}

const toListed = ({ key, bytes, etag, modifiedMs }: ListedObject): ListedObject => ({
  key,
  bytes,
  etag,
  modifiedMs,
});

function firstNotBelow(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
