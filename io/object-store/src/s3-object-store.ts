import {
  checkKey,
  encodePath,
  type Field,
  MAX_DELETED,
  objectEtag,
  parseCopyResult,
  parseDeleteResult,
  parseInitiateMultipartUpload,
  parseListMultipartUploads,
  parseListObjectsV2,
  type Query,
  S3Error,
  toBase64,
  writeDelete,
} from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import { etagOf, objectInfo } from "./client/object-info.ts";
import { putHeaders } from "./client/put-headers.ts";
import { readDocument } from "./client/read-document.ts";
import { noBody, type S3Call } from "./client/s3-call.ts";
import { type CallEnd, S3Client } from "./client/s3-client.ts";
import { S3Upload } from "./client/s3-upload.ts";
import { foundObject } from "./found-object.ts";
import { inBatches } from "./in-batches.ts";
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
  PutOptions,
  UnfinishedUpload,
  Upload,
  Written,
} from "./object-store.ts";
import { ObjectStoreError } from "./object-store-error.ts";
import { toRequestBody } from "./request-body.ts";
import type { S3ObjectStoreOptions } from "./s3-options.ts";

/** Requests of one deleteMany() under way at once. */
const PARALLEL_DELETES = 4;

/** Regions that a bucket is not created "in": they are where buckets are when nobody says. */
const plainRegions: ReadonlySet<string> = new Set(["us-east-1", "auto"]);

/** A bucket of an S3 store. Throws ObjectStoreError (bad_request) for options that cannot be. */
export function s3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  return new S3ObjectStore(options);
}

class S3ObjectStore implements ObjectStore {
  readonly bucket: string;
  readonly #options: S3ObjectStoreOptions;
  readonly #client: S3Client;

  /** A function of its own, for whoever needs nothing else of the store. */
  readonly presign: ObjectStore["presign"] = (key, options) =>
    refusing(() => {
      checkKey(key);
      return this.#client.presign(key, options);
    });

  constructor(options: S3ObjectStoreOptions) {
    this.bucket = options.bucket;
    this.#options = options;
    this.#client = new S3Client(options);
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<Written> {
    const call = this.#call(
      { operation: "PutObject", method: "PUT", key, headers: putHeaders(options) },
      options,
    );
    const whole = { ...call, body: toRequestBody(body) };
    const end = await this.#client.send(whole);
    if (end.kind === "answer") return { etag: etagOf(end.head) };
    const isOurs = end.mayBeDone && options.ifNoneMatch === "*" && (await this.#isThere(whole));
    if (isOurs === false) throw this.#client.refused(call, end);
    return isOurs;
  }

  async get(key: string, options: GetOptions = {}): Promise<FoundObject | undefined> {
    const headers = readHeaders(options);
    const what = { operation: "GetObject", method: "GET", key, headers } as const;
    const call = this.#call({ ...what, answer: "object" }, options);
    const answer = this.#unlessAbsent(call, await this.#client.send(call));
    return answer && foundObject(objectInfo(key, answer.head), answer.feed!);
  }

  async head(key: string, options: CallOptions = {}): Promise<ObjectInfo | undefined> {
    const call = this.#call({ operation: "HeadObject", method: "HEAD", key }, options);
    const answer = this.#unlessAbsent(call, await this.#client.send(call));
    return answer && objectInfo(key, answer.head);
  }

  async delete(key: string, options: CallOptions = {}): Promise<void> {
    const call = this.#call({ operation: "DeleteObject", method: "DELETE", key }, options);
    const end = await this.#client.send(call);
    if (end.kind === "refusal" && end.refusal.code !== "NoSuchKey") {
      throw this.#client.refused(call, end);
    }
  }

  deleteMany(
    keys: Iterable<string> | AsyncIterable<string>,
    options: CallOptions = {},
  ): Promise<readonly FailedDelete[]> {
    return inBatches(
      { items: keys, batchItems: MAX_DELETED, parallel: PARALLEL_DELETES },
      (batch) => this.#deleteBatch(batch, options),
    );
  }

  async list(options: ListOptions = {}): Promise<ListedPage> {
    const { prefix, delimiter, maxKeys, startAfter, continuationToken } = options;
    const query = given([
      ["list-type", "2"],
      ["encoding-type", "url"],
      ["prefix", prefix],
      ["delimiter", delimiter],
      ["max-keys", maxKeys === undefined ? undefined : String(maxKeys)],
      ["start-after", startAfter],
      ["continuation-token", continuationToken],
    ]);
    const what = { operation: "ListObjectsV2", method: "GET", query, answer: "xml" } as const;
    const call = this.#call(what, options);
    const page = readDocument(call, await this.#client.expect(call), parseListObjectsV2);
    const { objects, commonPrefixes, nextContinuationToken } = page;
    return { objects, commonPrefixes, nextToken: nextContinuationToken };
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

  async copy(from: string, to: string, options: CallOptions = {}): Promise<Written | undefined> {
    const source: Field = ["x-amz-copy-source", encodePath(`/${this.bucket}/${from}`)];
    const what = { operation: "CopyObject", method: "PUT", key: to, headers: [source] } as const;
    const call = this.#call({ ...what, answer: "xml" }, options);
    const answer = this.#unlessAbsent(call, await this.#client.send(call));
    return answer && { etag: readDocument(call, answer, parseCopyResult) };
  }

  async startUpload(key: string, options: PutOptions = {}): Promise<Upload> {
    const headers = [...putHeaders(options), ...this.#uploadChecksum];
    const query: Query = [["uploads", ""]];
    const what = {
      operation: "CreateMultipartUpload",
      method: "POST",
      key,
      query,
      headers,
    } as const;
    const call = this.#call({ ...what, answer: "xml" }, options);
    const answer = await this.#client.expect(call);
    const { uploadId } = readDocument(call, answer, parseInitiateMultipartUpload);
    return this.upload(key, uploadId);
  }

  upload(key: string, uploadId: string): Upload {
    return new S3Upload(this.#client, {
      key,
      uploadId,
      hasCrc32: this.#options.payload === "unsigned",
    });
  }

  async unfinishedUploads(
    options: { readonly prefix?: string } = {},
  ): Promise<readonly UnfinishedUpload[]> {
    const all: UnfinishedUpload[] = [];
    let next: { readonly key: string; readonly uploadId: string } | undefined;
    do {
      const query = given([
        ["uploads", ""],
        ["encoding-type", "url"],
        ["prefix", options.prefix],
        ["key-marker", next?.key],
        ["upload-id-marker", next?.uploadId],
      ]);
      const what = { operation: "ListMultipartUploads", method: "GET", query } as const;
      const call = this.#call({ ...what, answer: "xml" }, {});
      const page = readDocument(call, await this.#client.expect(call), parseListMultipartUploads);
      all.push(...page.uploads);
      next = page.next;
    } while (next !== undefined);
    return all;
  }

  async hasBucket(options: CallOptions = {}): Promise<boolean> {
    const call = this.#call({ operation: "HeadBucket", method: "HEAD" }, options);
    const end = await this.#client.send(call);
    if (end.kind === "answer") return true;
    if (end.refusal.status === 404) return false;
    throw this.#client.refused(call, end);
  }

  async createBucket(options: CallOptions = {}): Promise<void> {
    const { region } = this.#options;
    const body = plainRegions.has(region) ? noBody : new TextEncoder().encode(locatedIn(region));
    const call = this.#call({ operation: "CreateBucket", method: "PUT", body }, options);
    const end = await this.#client.send(call);
    if (end.kind === "answer" || end.refusal.code === "BucketAlreadyOwnedByYou") return;
    throw this.#client.refused(call, end);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }

  /** Parts that are sent with a CRC32 make an object that has one. */
  get #uploadChecksum(): readonly Field[] {
    if (this.#options.payload === "signed") return [];
    return [
      ["x-amz-checksum-algorithm", "CRC32"],
      ["x-amz-checksum-type", "FULL_OBJECT"],
    ];
  }

  async #deleteBatch(
    keys: readonly string[],
    options: CallOptions,
  ): Promise<readonly FailedDelete[]> {
    const body = new TextEncoder().encode(writeDelete({ keys, isQuiet: true }));
    const headers: readonly Field[] = [["content-md5", toBase64(platformHashes.md5(body))]];
    const query: Query = [["delete", ""]];
    const what = { operation: "DeleteObjects", method: "POST", query, headers, body } as const;
    const call = this.#call({ ...what, answer: "xml" }, options);
    const answer = await this.#client.expect(call);
    const { failed } = readDocument(call, answer, parseDeleteResult);
    return failed.filter(({ code }) => code !== "NoSuchKey");
  }

  /** Whether just these bytes are there: then an attempt whose answer was lost has put them. */
  async #isThere({ key, body, signal }: S3Call): Promise<Written | false> {
    if (key === undefined || !(body instanceof Uint8Array)) return false;
    const info = await this.head(key, { signal });
    const etag = objectEtag(platformHashes.md5(body));
    return info?.etag === etag && { etag };
  }

  #call(
    call: Pick<S3Call, "operation" | "method"> & Partial<S3Call>,
    { signal }: CallOptions,
  ): S3Call {
    const { key } = call;
    if (key !== undefined) refusing(() => checkKey(key));
    return {
      key,
      query: [],
      headers: [],
      body: noBody,
      answer: "none",
      signal,
      ...call,
    };
  }

  /** A HEAD's 404 does not say what is not there. */
  #unlessAbsent(call: S3Call, end: CallEnd): Extract<CallEnd, { kind: "answer" }> | undefined {
    if (end.kind === "answer") return end;
    const { code, status } = end.refusal;
    if (code === "NoSuchKey" || (code === "" && status === 404)) return undefined;
    throw this.#client.refused(call, end);
  }
}

/** The checksum of all is of no use for a range of it. */
function readHeaders({ range, ifMatch }: GetOptions): readonly Field[] {
  const condition: readonly Field[] = ifMatch === undefined ? [] : [["if-match", `"${ifMatch}"`]];
  if (range === undefined) return [...condition, ["x-amz-checksum-mode", "ENABLED"]];
  const { first, last } = range;
  const isRange = Number.isSafeInteger(first) && first >= 0 && (last ?? first) >= first;
  if (isRange) return [...condition, ["range", `bytes=${first}-${last ?? ""}`]];
  const message = `Cannot read the bytes ${first} to ${last}: give whole numbers from 0 on`;
  throw new ObjectStoreError("bad_range", message);
}

const given = (query: readonly (readonly [string, string | undefined])[]): Query =>
  query.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));

const locatedIn = (region: string): string =>
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region.replace(/[^A-Za-z0-9-]/g, "")}</LocationConstraint></CreateBucketConfiguration>`;

/** What core refuses is a bad request. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof S3Error)) throw cause;
    throw new ObjectStoreError("bad_request", `Cannot use that: ${cause.message}`, { cause });
  }
}
