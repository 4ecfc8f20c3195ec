import type { Clock } from "@breakwater/clock";
import { MIN_PART_BYTES, S3Error } from "@breakwater/s3";
import { foundObject, readAll, readBefore } from "../found-object.ts";
import type {
  CallOptions,
  FailedDelete,
  FoundObject,
  GetOptions,
  ListedObject,
  ListedPage,
  ListOptions,
  ObjectBody,
  ObjectInfo,
  ObjectStore,
  PresignOptions,
  PutOptions,
  UnfinishedUpload,
  Upload,
  UploadedPart,
  Written,
} from "../object-store.ts";
import { ObjectStoreError } from "../object-store-error.ts";
import type { ObservedCall } from "../observed-call.ts";
import { codeOfRefusal, toDetail } from "../refusal.ts";
import { MemoryBucket, type MemoryObject } from "./memory-bucket.ts";
import { readBody } from "./read-body.ts";

/** A bucket in memory that behaves like a store across a network, and fails at will. */
export interface MemoryObjectStore extends ObjectStore {
  /** All calls so far, refused ones included, in the order in which they came. */
  readonly calls: readonly StoreCall[];
  /** What is there, past all faults. */
  readonly contents: ReadonlyMap<string, MemoryObject>;
}

export interface MemoryObjectStoreOptions {
  readonly bucket?: string;
  /** Calendar time of what is written. */
  readonly epochMs: () => number;
  /** Of what `observe` is told; calls take no time where there is none. */
  readonly clock?: Clock;
  /** MIN_PART_BYTES when left out. */
  readonly minPartBytes?: number;
  /** True when left out. */
  readonly hasBucket?: boolean;
  /** Asked about each call, before it does anything; a promise holds it up. */
  readonly faults?: FaultPlan;
  readonly observe?: (call: ObservedCall) => void;
}

export type FaultPlan = (call: StoreCall) => Fault | undefined | Promise<Fault | undefined>;

export interface StoreCall {
  /** S3's name: "PutObject". */
  readonly operation: string;
  readonly key: string | undefined;
  /** Of an UploadPart. */
  readonly partNumber: number | undefined;
  /** 1 for the first call that the store gets. */
  readonly ordinal: number;
}

export interface Fault {
  readonly error: ObjectStoreError;
  /** "before" when left out: nothing happened. "after": it did, only the answer was lost. */
  readonly when?: "before" | "after";
  /** Of a GetObject: the body breaks off after so many, the call itself succeeds. */
  readonly afterBodyBytes?: number;
}

/** Pieces of a body that is read. */
const PIECE_BYTES = 65_536;

export function memoryObjectStore(options: MemoryObjectStoreOptions): MemoryObjectStore {
  return new MemoryStore(options);
}

class MemoryStore implements MemoryObjectStore {
  readonly bucket: string;
  readonly calls: StoreCall[] = [];
  readonly #options: MemoryObjectStoreOptions;
  readonly #content: MemoryBucket;
  #hasBucket: boolean;

  constructor(options: MemoryObjectStoreOptions) {
    const { bucket = "memory", epochMs, minPartBytes = MIN_PART_BYTES, hasBucket = true } = options;
    this.bucket = bucket;
    this.#options = options;
    this.#content = new MemoryBucket({ epochMs, minPartBytes });
    this.#hasBucket = hasBucket;
  }

  get contents(): ReadonlyMap<string, MemoryObject> {
    return this.#content.objects;
  }

  put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<Written> {
    return this.#call({ operation: "PutObject", key }, options, async () => {
      this.#content.check(key, options);
      const bytes = await readBody(body, options.signal);
      return this.#content.put(key, { bytes, options });
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<FoundObject | undefined> {
    let fault: Fault | undefined;
    const found = await this.#call({ operation: "GetObject", key }, options, (planned) => {
      fault = planned;
      return this.#content.get(key, options);
    });
    if (found === undefined) return undefined;
    const { info, bytes } = found;
    const stream = () => streamOf(bytes, { fault, signal: options.signal });
    const toBytes = takenOnce(() => readAll(stream(), bytes.length));
    return foundObject(info, { bytes: bytes.length, stream, toBytes });
  }

  head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    return this.#call({ operation: "HeadObject", key }, options, () => this.#content.head(key));
  }

  delete(key: string, options: CallOptions = {}): Promise<void> {
    return this.#call({ operation: "DeleteObject", key }, options, () => this.#content.delete(key));
  }

  async deleteMany(
    keys: Iterable<string> | AsyncIterable<string>,
    options: CallOptions = {},
  ): Promise<readonly FailedDelete[]> {
    const all = await Array.fromAsync(keys);
    for (let from = 0; from < all.length; from += 1000) {
      await this.#call({ operation: "DeleteObjects", key: undefined }, options, () => {
        for (const key of all.slice(from, from + 1000)) this.#content.delete(key);
      });
    }
    return [];
  }

  list(options: ListOptions = {}): Promise<ListedPage> {
    const what = { operation: "ListObjectsV2", key: undefined };
    return this.#call(what, options, () => this.#content.list(options));
  }

  async *listAll(
    options: Omit<ListOptions, "continuationToken"> = {},
  ): AsyncGenerator<ListedObject> {
    let continuationToken: string | undefined;
    do {
      const page = await this.list({ ...options, continuationToken });
      yield* page.objects;
      continuationToken = page.nextToken;
    } while (continuationToken !== undefined);
  }

  copy(from: string, to: string, options: CallOptions = {}): Promise<Written | undefined> {
    const what = { operation: "CopyObject", key: to };
    return this.#call(what, options, () => this.#content.copy({ from, to }));
  }

  presign(key: string, { method, expiresS }: PresignOptions): string {
    const path = key.split("/").map(encodeURIComponent).join("/");
    return `http://memory.invalid/${this.bucket}/${path}?method=${method}&X-Amz-Expires=${expiresS}`;
  }

  async startUpload(key: string, options: PutOptions = {}): Promise<Upload> {
    const what = { operation: "CreateMultipartUpload", key };
    const uploadId = await this.#call(what, options, () => this.#content.startUpload(key, options));
    return this.upload(key, uploadId);
  }

  upload(key: string, uploadId: string): Upload {
    const content = this.#content;
    return {
      key,
      uploadId,
      putPart: (partNumber, body, options = {}) =>
        this.#call({ operation: "UploadPart", key, partNumber }, options, async () => {
          content.checkPart(key, { uploadId, partNumber });
          const bytes = await readBody(body, options.signal);
          return content.putPart(key, { uploadId, partNumber, bytes });
        }),
      parts: (options = {}) =>
        this.#call({ operation: "ListParts", key }, options, () => content.parts(key, uploadId)),
      complete: (parts: readonly UploadedPart[], options = {}) =>
        this.#call({ operation: "CompleteMultipartUpload", key }, options, () =>
          content.complete(key, { uploadId, parts }),
        ),
      abort: (options = {}) =>
        this.#call({ operation: "AbortMultipartUpload", key }, options, () =>
          content.abort(key, uploadId),
        ),
    };
  }

  unfinishedUploads(
    options: { readonly prefix?: string } = {},
  ): Promise<readonly UnfinishedUpload[]> {
    const what = { operation: "ListMultipartUploads", key: undefined };
    return this.#call(what, {}, () => this.#content.unfinished(options.prefix ?? ""));
  }

  hasBucket(options: CallOptions = {}): Promise<boolean> {
    const what = { operation: "HeadBucket", key: undefined };
    return this.#call(what, options, () => this.#hasBucket, { needsBucket: false });
  }

  createBucket(options: CallOptions = {}): Promise<void> {
    const what = { operation: "CreateBucket", key: undefined };
    const create = (): void => {
      this.#hasBucket = true;
    };
    return this.#call(what, options, create, { needsBucket: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #call<T>(
    what: { readonly operation: string; readonly key: string | undefined; partNumber?: number },
    { signal }: CallOptions,
    work: (fault: Fault | undefined) => T | Promise<T>,
    { needsBucket }: { readonly needsBucket: boolean } = { needsBucket: true },
  ): Promise<T> {
    const call = { partNumber: undefined, ...what, ordinal: this.calls.length + 1 };
    const { clock, faults, observe } = this.#options;
    const startedMs = clock?.nowMs() ?? 0;
    this.calls.push(call);
    let error: ObjectStoreError | undefined;
    try {
      checkSignal(signal);
      const fault = await unlessAborted(faults?.(call), signal);
      checkSignal(signal);
      const isBroken = fault !== undefined && fault.afterBodyBytes === undefined;
      if (isBroken && fault.when !== "after") throw fault.error;
      if (needsBucket && !this.#hasBucket) throw new S3Error("NoSuchBucket");
      const result = await work(fault);
      if (isBroken) throw fault.error;
      return result;
    } catch (thrown) {
      error = toStoreError(thrown, what);
      throw error;
    } finally {
      observe?.(observedCall(call, { startedMs, endedMs: clock?.nowMs() ?? 0, error }));
    }
  }
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

function aborted(signal: AbortSignal): ObjectStoreError {
  return new ObjectStoreError("aborted", "The caller gave up", { cause: signal.reason });
}

/** A call that is held up can still be given up. */
async function unlessAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined || !(work instanceof Promise)) return work;
  checkSignal(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(aborted(signal));
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function toStoreError(
  thrown: unknown,
  { operation, key }: { readonly operation: string; readonly key: string | undefined },
): ObjectStoreError {
  if (thrown instanceof ObjectStoreError) return thrown;
  if (!(thrown instanceof S3Error)) throw thrown;
  const { code, message, status } = thrown;
  const refusal = { code, message, status, requestId: undefined };
  const what = key === undefined ? "" : ` of ${JSON.stringify(key)}`;
  const detail = toDetail(refusal);
  const storeCode = codeOfRefusal(refusal);
  return new ObjectStoreError(storeCode, `${operation}${what} was refused (${code})`, { detail });
}

function observedCall(
  { operation, key }: StoreCall,
  { startedMs, endedMs, error }: ObservedEnd,
): ObservedCall {
  return {
    operation,
    key,
    attempt: 1,
    startedMs,
    blockedMs: 0,
    waitingMs: endedMs - startedMs,
    endedMs,
    bytesSent: 0,
    bytesReceived: 0,
    isReused: true,
    status: error === undefined ? 200 : 0,
    errorCode: error?.code,
  };
}

interface ObservedEnd {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly error: ObjectStoreError | undefined;
}

function takenOnce<T>(take: () => Promise<T>): () => Promise<T> {
  let isTaken = false;
  return async () => {
    if (isTaken) throw readBefore();
    isTaken = true;
    return take();
  };
}

function streamOf(
  bytes: Uint8Array,
  {
    fault,
    signal,
  }: { readonly fault: Fault | undefined; readonly signal: AbortSignal | undefined },
): ReadableStream<Uint8Array> {
  const endBytes = Math.min(bytes.length, fault?.afterBodyBytes ?? bytes.length);
  let offset = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        checkSignal(signal);
        if (offset < endBytes) {
          const from = offset;
          offset = Math.min(endBytes, from + PIECE_BYTES);
          controller.enqueue(bytes.slice(from, offset));
        } else if (fault?.afterBodyBytes === undefined) controller.close();
        else controller.error(fault.error);
      },
    },
    { highWaterMark: 0 },
  );
}
