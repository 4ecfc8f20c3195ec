import type {
  Checksum,
  ChecksumAlgorithm,
  ChecksumType,
  CorsRule,
  KeyCursor,
  ObjectMetadata,
  Tag,
} from "@breakwater/s3";

/**
 * Where buckets and objects are kept.
 *
 * What is looked up is answered at once, from an index. What changes is seen whole or not at
 * all, also after kill -9, and resolves when it is as durable as was asked for. Throws S3Error
 * StorageFull when there is no room, having changed nothing.
 */
export interface Disk extends AsyncDisposable {
  /** In the order of their names. */
  buckets(): readonly StoredBucket[];
  bucket(name: string): StoredBucket | undefined;
  /** False if it is there already. */
  createBucket(name: string, createdMs: number): Promise<boolean>;
  /** With the uploads that nobody completed. */
  deleteBucket(name: string): Promise<"deleted" | "absent" | "not empty">;
  setCors(bucket: string, rules: readonly CorsRule[] | undefined): Promise<void>;

  object(place: Place): StoredObject | undefined;
  /** Each of a bucket, in the order of compareKeys; a million are walked as quickly as ten. */
  objects(bucket: string): KeyCursor<StoredObject>;
  /** A place for so many bytes, which belong to nobody until they are put or discarded. */
  write(bytes: number): ContentWriter;
  /** Bytes `first` to `last`, both included, of an object's or a part's content. */
  read(content: Content, range: { readonly first: number; readonly last: number }): ContentReader;
  /** The same bytes, or a stretch of them, again, belonging to nobody yet; copied if need be. */
  duplicate(
    content: Content,
    range: { readonly first: number; readonly last: number },
  ): Promise<Content>;
  /** Forgets what duplicate() gave and nobody put. Harmless again. */
  discard(content: Content): void;
  /** Puts an object there, in place of what is there. The content is the disk's from now on. */
  putObject(object: NewObject, check: WriteCheck): Promise<StoredObject>;
  deleteObject(place: Place, check: WriteCheck): Promise<boolean>;
  /** Of S3's DeleteObjects: all in one step. How many were there. */
  deleteObjects(bucket: string, keys: readonly string[]): Promise<number>;
  /** False if there is no such object. */
  setTags(place: Place, tags: readonly Tag[]): Promise<boolean>;

  createUpload(upload: NewUpload): Promise<StoredUpload>;
  upload(place: Place, uploadId: string): StoredUpload | undefined;
  /** By key, then in the order in which they began. */
  uploads(bucket: string): Iterable<StoredUpload>;
  /** In place of the part that has the same number. False if the upload is gone. */
  putPart(uploadId: string, part: NewPart): Promise<boolean>;
  /** In the order of their numbers. */
  parts(uploadId: string): readonly StoredPart[];
  /** Makes an object of these parts without copying them, and forgets the upload and the others. */
  completeUpload(upload: CompletedUpload, check: WriteCheck): Promise<StoredObject>;
  /** False if there is none. */
  abortUpload(place: Place, uploadId: string): Promise<boolean>;
}

/**
 * Called within the step that changes an object, with what is there then; throws to refuse.
 * Whoever asked "only if there is none" is told the truth however many ask at once.
 */
export type WriteCheck = (current: StoredObject | undefined) => void;

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

export interface StoredBucket {
  readonly name: string;
  readonly createdMs: number;
  readonly cors: readonly CorsRule[];
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly metadata: ObjectMetadata;
  readonly tags: readonly Tag[];
  readonly checksum: StoredChecksum | undefined;
  /** Bytes of each part; undefined of what was put whole. */
  readonly partBytes: readonly number[] | undefined;
  readonly content: Content;
}

export interface StoredChecksum extends Checksum {
  readonly type: ChecksumType;
}

/** Where bytes are: the disk's own business. */
export interface Content {
  readonly kind: "content";
}

export type NewObject = Place & Omit<StoredObject, "key" | "partBytes">;

export interface NewUpload extends Place {
  readonly startedMs: number;
  readonly metadata: ObjectMetadata;
  readonly tags: readonly Tag[];
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
}

export interface StoredUpload extends NewUpload {
  readonly uploadId: string;
}

export interface NewPart {
  readonly partNumber: number;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: Checksum | undefined;
  readonly content: Content;
}

export type StoredPart = NewPart;

export interface CompletedUpload extends Place {
  readonly uploadId: string;
  /**
   * In their order; the parts that are not named are dropped. InvalidPart if one has been uploaded
   * again since: all else here was computed of those with these ETags.
   */
  readonly parts: readonly Pick<StoredPart, "partNumber" | "etag">[];
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksum: StoredChecksum | undefined;
}

export interface ContentWriter {
  /**
   * Copies the next bytes, which are the caller's again afterwards. False: wait for onDrain()
   * before the next.
   */
  write(bytes: Uint8Array): boolean;
  onDrain(drained: () => void): void;
  /** All are there. Rejects with what went wrong, also earlier: S3Error StorageFull. */
  finish(): Promise<Content>;
  /** Forgets it, also after finish() as long as it was not put. Harmless again. */
  discard(): void;
}

export interface ContentReader extends Disposable {
  /**
   * The next bytes, undefined after the last: at once where they are at hand. They are the
   * caller's. Rejects when the disk fails.
   */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}
