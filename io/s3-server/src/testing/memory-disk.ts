import { compareKeys, type KeyCursor, S3Error } from "@breakwater/s3";
import type {
  CompletedUpload,
  Content,
  ContentReader,
  ContentWriter,
  Disk,
  NewObject,
  NewPart,
  NewUpload,
  Place,
  StoredBucket,
  StoredObject,
  StoredPart,
  StoredUpload,
  WriteCheck,
} from "../disk/disk.ts";

export interface MemoryDiskOptions {
  /** Of all content that is kept or being written; StorageFull beyond. */
  readonly maxBytes: number;
  /** So many bytes at most come out of a reader at once, and fill a writer until it has drained. */
  readonly pieceBytes: number;
}

/** A disk that forgets all when the process ends: for tests of what is built on one. */
export function memoryDisk(options: MemoryDiskOptions): Disk {
  return new MemoryDisk(options);
}

interface MemoryContent extends Content {
  readonly bytes: Uint8Array;
  /** Whether it counts as kept and is nobody's. */
  isLoose: boolean;
}

interface Bucket extends StoredBucket {
  readonly objects: Map<string, StoredObject>;
  /** In order; made anew when somebody lists after a key has come or gone. */
  sorted: StoredObject[] | undefined;
}

interface Upload extends StoredUpload {
  readonly parts: Map<number, StoredPart>;
}

class MemoryDisk implements Disk {
  readonly #options: MemoryDiskOptions;
  readonly #buckets = new Map<string, Bucket>();
  readonly #uploads = new Map<string, Upload>();
  #keptBytes = 0;
  #nextUpload = 1;

  constructor(options: MemoryDiskOptions) {
    this.#options = options;
  }

  buckets(): readonly StoredBucket[] {
    return [...this.#buckets.values()].sort((a, b) => compareKeys(a.name, b.name));
  }

  bucket(name: string): StoredBucket | undefined {
    return this.#buckets.get(name);
  }

  async createBucket(name: string, createdMs: number): Promise<boolean> {
    if (this.#buckets.has(name)) return false;
    const objects = new Map<string, StoredObject>();
    this.#buckets.set(name, { name, createdMs, cors: [], objects, sorted: undefined });
    return true;
  }

  async deleteBucket(name: string): Promise<"deleted" | "absent" | "not empty"> {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return "absent";
    if (bucket.objects.size > 0) return "not empty";
    for (const upload of this.uploads(name)) this.#forget(upload.uploadId, []);
    this.#buckets.delete(name);
    return "deleted";
  }

  async setCors(bucket: string, rules: StoredBucket["cors"] | undefined): Promise<void> {
    this.#buckets.set(bucket, { ...this.#expect(bucket), cors: rules ?? [] });
  }

  object({ bucket, key }: Place): StoredObject | undefined {
    return this.#buckets.get(bucket)?.objects.get(key);
  }

  objects(bucket: string): KeyCursor<StoredObject> {
    const kept = this.#expect(bucket);
    kept.sorted ??= [...kept.objects.values()].sort((a, b) => compareKeys(a.key, b.key));
    const { sorted } = kept;
    let at = 0;
    return {
      seek: (key) => {
        at = sorted.findIndex((object) => compareKeys(object.key, key) >= 0);
        if (at < 0) at = sorted.length;
        return sorted[at];
      },
      next: () => {
        at += 1;
        return sorted[at];
      },
    };
  }

  write(bytes: number): ContentWriter {
    this.#keep(bytes);
    const content: MemoryContent = contentOf(new Uint8Array(bytes));
    const { pieceBytes } = this.#options;
    let at = 0;
    let waiting = 0;
    return {
      write: (piece) => {
        content.bytes.set(piece, at);
        at += piece.length;
        waiting += piece.length;
        return waiting < pieceBytes;
      },
      onDrain: (drained) => {
        queueMicrotask(() => {
          waiting = 0;
          drained();
        });
      },
      finish: async () => {
        if (at < bytes) throw new Error(`Cannot finish: ${at} of ${bytes} bytes were written`);
        return content;
      },
      discard: () => this.discard(content),
    };
  }

  read(content: Content, { first, last }: { first: number; last: number }): ContentReader {
    const bytes = bytesOf(content).subarray(first, last + 1);
    const { pieceBytes } = this.#options;
    let at = 0;
    const next = (): Uint8Array | undefined => {
      if (at >= bytes.length) return undefined;
      at += pieceBytes;
      return bytes.slice(at - pieceBytes, at);
    };
    return { next, [Symbol.dispose]: () => {} };
  }

  async duplicate(
    content: Content,
    { first, last }: { first: number; last: number },
  ): Promise<Content> {
    this.#keep(last + 1 - first);
    return contentOf(bytesOf(content).slice(first, last + 1));
  }

  discard(content: Content): void {
    const { isLoose, bytes } = content as MemoryContent;
    if (isLoose) this.#keptBytes -= bytes.length;
    (content as MemoryContent).isLoose = false;
  }

  async putObject(object: NewObject, check: WriteCheck): Promise<StoredObject> {
    const { bucket, ...stored } = object;
    return this.#put(bucket, { ...stored, partBytes: undefined }, check);
  }

  async deleteObject({ bucket, key }: Place, check: WriteCheck): Promise<boolean> {
    const kept = this.#expect(bucket);
    check(kept.objects.get(key));
    return this.#delete(kept, key);
  }

  async deleteObjects(bucket: string, keys: readonly string[]): Promise<number> {
    const kept = this.#expect(bucket);
    return keys.filter((key) => this.#delete(kept, key)).length;
  }

  async setTags({ bucket, key }: Place, tags: StoredObject["tags"]): Promise<boolean> {
    const kept = this.#expect(bucket);
    const object = kept.objects.get(key);
    if (object === undefined) return false;
    kept.objects.set(key, { ...object, tags });
    kept.sorted = undefined;
    return true;
  }

  async createUpload(upload: NewUpload): Promise<StoredUpload> {
    this.#expect(upload.bucket);
    const uploadId = `upload-${this.#nextUpload}`;
    this.#nextUpload += 1;
    const stored = { ...upload, uploadId, parts: new Map<number, StoredPart>() };
    this.#uploads.set(uploadId, stored);
    return stored;
  }

  upload({ bucket, key }: Place, uploadId: string): StoredUpload | undefined {
    const upload = this.#uploads.get(uploadId);
    return upload?.bucket === bucket && upload.key === key ? upload : undefined;
  }

  uploads(bucket: string): Iterable<StoredUpload> {
    const all = [...this.#uploads.values()].filter((upload) => upload.bucket === bucket);
    return all.sort((a, b) => compareKeys(a.key, b.key));
  }

  async putPart(uploadId: string, part: NewPart): Promise<boolean> {
    const parts = this.#uploads.get(uploadId)?.parts;
    if (parts === undefined) return false;
    this.#keptBytes -= parts.get(part.partNumber)?.bytes ?? 0;
    parts.set(part.partNumber, part);
    (part.content as MemoryContent).isLoose = false;
    return true;
  }

  parts(uploadId: string): readonly StoredPart[] {
    const parts = [...(this.#uploads.get(uploadId)?.parts.values() ?? [])];
    return parts.sort((a, b) => a.partNumber - b.partNumber);
  }

  async completeUpload(upload: CompletedUpload, check: WriteCheck): Promise<StoredObject> {
    const { uploadId, bucket, key, etag, modifiedMs, checksum } = upload;
    const found = this.#uploads.get(uploadId);
    if (found === undefined) throw new S3Error("NoSuchUpload");
    const named = upload.parts.map(({ partNumber, etag: wanted }) => {
      const part = found.parts.get(partNumber);
      if (part?.etag !== wanted) throw new S3Error("InvalidPart");
      return part;
    });
    const bytes = new Uint8Array(Buffer.concat(named.map(({ content }) => bytesOf(content))));
    const { metadata, tags } = found;
    const stored = {
      ...{ key, bytes: bytes.length, etag, modifiedMs, metadata, tags, checksum },
      partBytes: named.map((part) => part.bytes),
      content: contentOf(bytes),
    };
    const object = this.#put(bucket, stored, check);
    const used = named.map(({ partNumber }) => partNumber);
    this.#forget(uploadId, used);
    return object;
  }

  async abortUpload(place: Place, uploadId: string): Promise<boolean> {
    if (this.upload(place, uploadId) === undefined) return false;
    this.#forget(uploadId, []);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#buckets.clear();
    this.#uploads.clear();
  }

  #expect(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error("NoSuchBucket");
    return bucket;
  }

  #keep(bytes: number): void {
    if (this.#keptBytes + bytes > this.#options.maxBytes) throw new S3Error("StorageFull");
    this.#keptBytes += bytes;
  }

  #put(name: string, object: StoredObject, check: WriteCheck): StoredObject {
    const bucket = this.#expect(name);
    const before = bucket.objects.get(object.key);
    check(before);
    this.#keptBytes -= before?.bytes ?? 0;
    bucket.objects.set(object.key, object);
    (object.content as MemoryContent).isLoose = false;
    bucket.sorted = undefined;
    return object;
  }

  #delete(bucket: Bucket, key: string): boolean {
    this.#keptBytes -= bucket.objects.get(key)?.bytes ?? 0;
    bucket.sorted = undefined;
    return bucket.objects.delete(key);
  }

  /** The parts that were used belong to an object now. */
  #forget(uploadId: string, used: readonly number[]): void {
    for (const { partNumber, bytes } of this.parts(uploadId)) {
      if (!used.includes(partNumber)) this.#keptBytes -= bytes;
    }
    this.#uploads.delete(uploadId);
  }
}

function contentOf(bytes: Uint8Array): MemoryContent {
  return { kind: "content", bytes, isLoose: true };
}

/** This disk's contents are all of its own kind. */
const bytesOf = (content: Content): Uint8Array => (content as MemoryContent).bytes;
