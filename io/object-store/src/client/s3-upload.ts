import {
  MAX_PART_NUMBER,
  multipartEtag,
  type PartNamed,
  type PartsPage,
  parseCompleteMultipartUploadResult,
  parseListParts,
  type Query,
  writeCompleteMultipartUpload,
} from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import type { CallOptions, ObjectBody, Upload, UploadedPart, Written } from "../object-store.ts";
import { ObjectStoreError } from "../object-store-error.ts";
import { lengthOf, toRequestBody } from "../request-body.ts";
import { etagOf } from "./object-info.ts";
import { readDocument } from "./read-document.ts";
import { noBody, type S3Call } from "./s3-call.ts";
import type { S3Client } from "./s3-client.ts";

/** An upload in parts at an S3 store. */
export class S3Upload implements Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly #client: S3Client;
  readonly #hasCrc32: boolean;
  readonly #crc32s = new Map<string, string>();

  constructor(client: S3Client, { key, uploadId, hasCrc32 }: UploadNamed) {
    this.#client = client;
    this.#hasCrc32 = hasCrc32;
    this.key = key;
    this.uploadId = uploadId;
  }

  async putPart(
    partNumber: number,
    given: ObjectBody,
    options: CallOptions = {},
  ): Promise<UploadedPart> {
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
      const message = `Cannot upload part ${partNumber}: give a number from 1 to ${MAX_PART_NUMBER}`;
      throw new ObjectStoreError("bad_request", message);
    }
    const body = toRequestBody(given);
    const query = [["partNumber", String(partNumber)], ...this.#query] as const;
    const call = this.#call({ operation: "UploadPart", method: "PUT", query, body }, options);
    const { head } = await this.#client.expect(call);
    const part = { partNumber, etag: etagOf(head), bytes: lengthOf(body) };
    const crc32 = head.header("x-amz-checksum-crc32");
    if (crc32 !== undefined) this.#crc32s.set(nameOf(part), crc32);
    return part;
  }

  async parts(options: CallOptions = {}): Promise<readonly UploadedPart[]> {
    const parts = await this.#listParts(options);
    return parts.map(({ partNumber, etag, bytes }) => ({ partNumber, etag, bytes }));
  }

  async #listParts(options: CallOptions): Promise<PartsPage["parts"]> {
    const all: PartsPage["parts"][number][] = [];
    let marker: number | undefined;
    do {
      const from: Query = marker === undefined ? [] : [["part-number-marker", String(marker)]];
      const call = this.#call(
        { operation: "ListParts", method: "GET", query: [...this.#query, ...from], answer: "xml" },
        options,
      );
      const page = readDocument(call, await this.#client.expect(call), parseListParts);
      all.push(...page.parts);
      marker = page.nextPartNumberMarker;
    } while (marker !== undefined);
    return all;
  }

  async complete(parts: readonly UploadedPart[], options: CallOptions = {}): Promise<Written> {
    const named = await this.#name(parts, options);
    const body = new TextEncoder().encode(writeCompleteMultipartUpload(named));
    const what = { operation: "CompleteMultipartUpload", method: "POST", answer: "xml" } as const;
    const call = this.#call({ ...what, query: this.#query, body }, options);
    const end = await this.#client.send(call);
    if (end.kind === "answer") {
      return { etag: readDocument(call, end, parseCompleteMultipartUploadResult) };
    }
    const isGone = end.refusal.code === "NoSuchUpload";
    const written = end.mayBeDone && isGone ? await this.#findCompleted(parts, options) : undefined;
    if (written === undefined) throw this.#client.refused(call, end);
    return written;
  }

  async abort(options: CallOptions = {}): Promise<void> {
    const what = { operation: "AbortMultipartUpload", method: "DELETE" } as const;
    const call = this.#call({ ...what, query: this.#query }, options);
    const end = await this.#client.send(call);
    if (end.kind === "answer" || (end.mayBeDone && end.refusal.code === "NoSuchUpload")) return;
    throw this.#client.refused(call, end);
  }

  /**
   * With their checksums, which an upload that was begun with one wants back; those that another
   * process sent are asked for.
   */
  async #name(parts: readonly UploadedPart[], options: CallOptions): Promise<readonly PartNamed[]> {
    if (!this.#hasCrc32) return parts.map((part) => ({ ...part, checksum: undefined }));
    if (!parts.every((part) => this.#crc32s.has(nameOf(part)))) {
      for (const part of await this.#listParts(options)) {
        const { checksum } = part;
        if (checksum?.algorithm === "CRC32") this.#crc32s.set(nameOf(part), checksum.value);
      }
    }
    return parts.map(({ partNumber, etag }) => {
      const value = this.#crc32s.get(nameOf({ partNumber, etag }));
      const checksum = value === undefined ? undefined : ({ algorithm: "CRC32", value } as const);
      return { partNumber, etag, checksum };
    });
  }

  /** The upload is gone: completed by an attempt whose answer was lost, if the object is these. */
  async #findCompleted(
    parts: readonly UploadedPart[],
    options: CallOptions,
  ): Promise<Written | undefined> {
    if (!parts.every(({ etag }) => /^[0-9a-f]{32}$/.test(etag))) return undefined;
    const etags = parts.map(({ etag }) => etag);
    const wanted = multipartEtag(etags, platformHashes.md5);
    const call = this.#call({ operation: "HeadObject", method: "HEAD", query: [] }, options);
    const end = await this.#client.send(call);
    if (end.kind !== "answer" || etagOf(end.head) !== wanted) return undefined;
    return { etag: wanted };
  }

  get #query(): Query {
    return [["uploadId", this.uploadId]];
  }

  #call(
    call: Pick<S3Call, "operation" | "method" | "query"> & Partial<S3Call>,
    { signal }: CallOptions,
  ): S3Call {
    return { key: this.key, headers: [], body: noBody, answer: "none", signal, ...call };
  }
}

interface UploadNamed {
  readonly key: string;
  readonly uploadId: string;
  /** Its parts are sent with a CRC32. */
  readonly hasCrc32: boolean;
}

const nameOf = ({ partNumber, etag }: Pick<UploadedPart, "partNumber" | "etag">): string =>
  `${partNumber} ${etag}`;
