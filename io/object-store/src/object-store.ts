/**
 * A bucket of an S3-compatible store: the one way to objects in this repository.
 *
 * Every method throws ObjectStoreError. What the store refuses for now (SlowDown, 503, a lost
 * connection) is tried again within the store's budget, with back-off; a body that can be read once
 * only is not sent twice.
 */
export interface ObjectStore extends AsyncDisposable {
  readonly bucket: string;

  put(key: string, body: ObjectBody, options?: PutOptions): Promise<Written>;
  /** `undefined` when there is none: absence is an answer, not an error. */
  get(key: string, options?: GetOptions): Promise<FoundObject | undefined>;
  head(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  /** Deleting what is not there is no error. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /** Any number of keys, 1,000 to a request. Those that the store would not delete. */
  deleteMany(
    keys: Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): Promise<readonly FailedDelete[]>;
  /** One page of at most 1,000. */
  list(options?: ListOptions): Promise<ListedPage>;
  /** All, page by page. */
  listAll(options?: Omit<ListOptions, "continuationToken">): AsyncIterable<ListedObject>;
  /** Within the bucket. `undefined` when there is no source. */
  copy(from: string, to: string, options?: CallOptions): Promise<Written | undefined>;
  /** Whoever has it may ask for that until it expires. Asks nobody: computed here. */
  presign(key: string, options: PresignOptions): string;

  startUpload(key: string, options?: PutOptions): Promise<Upload>;
  /** One begun earlier, perhaps by another process; not asked whether it is there. */
  upload(key: string, uploadId: string): Upload;
  /** Uploads in parts that were neither completed nor aborted. */
  unfinishedUploads(options?: { readonly prefix?: string }): Promise<readonly UnfinishedUpload[]>;

  hasBucket(options?: CallOptions): Promise<boolean>;
  /** Harmless when it is there and ours. */
  createBucket(options?: CallOptions): Promise<void>;
}

/** A multipart upload. Parts may be sent in any order, again, and several at a time. */
export interface Upload {
  readonly key: string;
  readonly uploadId: string;
  /** 1 to 10,000. All but the last have 5 MiB or more. */
  putPart(partNumber: number, body: ObjectBody, options?: CallOptions): Promise<UploadedPart>;
  parts(options?: CallOptions): Promise<readonly UploadedPart[]>;
  complete(parts: readonly UploadedPart[], options?: CallOptions): Promise<Written>;
  abort(options?: CallOptions): Promise<void>;
}

/** Bytes, text as UTF-8, or a stream whose length is known. */
export type ObjectBody = Uint8Array | string | StreamBody;

export interface StreamBody {
  readonly bytes: number;
  /** Called for each attempt: a fresh stream each time, or undefined when there is no second. */
  open(): ReadableStream<Uint8Array> | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends CallOptions {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  /** x-amz-meta-…, names in lower case. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Fails with "precondition_failed" if an object is there, or has another ETag. */
  readonly ifNoneMatch?: "*" | undefined;
  readonly ifMatch?: string | undefined;
}

export interface GetOptions extends CallOptions {
  /** As in a Range header, both included; `last` left out: to the end. */
  readonly range?: { readonly first: number; readonly last?: number } | undefined;
  /** Without quotes. */
  readonly ifMatch?: string | undefined;
}

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly contentDisposition: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Read it or cancel it: until then it has a connection. */
export interface FoundObject extends ObjectInfo {
  /** Of this answer's body: less than `bytes` if a range was asked for. */
  readonly bodyBytes: number;
  /** With backpressure: what is not read is not fetched. Errors with ObjectStoreError. */
  readonly body: ReadableStream<Uint8Array>;
  /** All of the body. */
  toBytes(): Promise<Uint8Array>;
  toText(): Promise<string>;
}

export interface Written {
  readonly etag: string;
}

export interface ListOptions extends CallOptions {
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  /** 1 to 1,000, which is meant when left out. */
  readonly maxKeys?: number | undefined;
  readonly startAfter?: string | undefined;
  readonly continuationToken?: string | undefined;
}

export interface ListedPage {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** Of the next page, if there is one. */
  readonly nextToken: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
}

export interface FailedDelete {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export interface PresignOptions {
  readonly method: "GET" | "PUT" | "HEAD" | "DELETE";
  /** 1 s to 7 days. */
  readonly expiresS: number;
  /** response-content-type and response-content-disposition of a GET. */
  readonly contentType?: string | undefined;
  readonly contentDisposition?: string | undefined;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly bytes: number;
}

export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedMs: number;
}
