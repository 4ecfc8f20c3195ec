import type { Origin, ParsedUrl } from "@breakwater/http-client";
import {
  encodedLength,
  type Field,
  type Payload,
  presign,
  Signatures,
  type Signing,
  signRequest,
  toBase64,
} from "@breakwater/s3";
import { platformHashes, startChecksum } from "@breakwater/s3-platform";
import { encodeRequestHead } from "@breakwater/wire";
import type { PresignOptions } from "../object-store.ts";
import type { S3ObjectStoreOptions } from "../s3-options.ts";
import type { BodySource } from "./body-source.ts";
import { CHUNK_BYTES, chunkedStream, crc32Trailer } from "./chunked-stream.ts";
import type { S3Call } from "./s3-call.ts";

/** Makes requests out of calls: where they go, and signed. Knows the store's time. */
export class S3Signer {
  readonly origin: Origin;
  readonly #hostHeader: string;
  /** What goes before "/key". */
  readonly #pathPrefix: string;
  readonly #options: S3ObjectStoreOptions;
  readonly #signatures = new Signatures({ hashes: platformHashes, maxKeys: 2 });
  /** How far the store's clock is ahead of ours. */
  #skewMs = 0;

  constructor(options: S3ObjectStoreOptions, { origin, hostHeader }: ParsedUrl) {
    const { addressing, bucket } = options;
    const isPath = addressing === "path";
    const scheme = origin.secure ? "https" : "http";
    this.#options = options;
    this.#pathPrefix = isPath ? `/${bucket}` : "";
    this.#hostHeader = isPath ? hostHeader : `${bucket}.${hostHeader}`;
    const host = isPath ? origin.host : `${bucket}.${origin.host}`;
    this.origin = { ...origin, host, key: `${scheme}://${this.#hostHeader}` };
  }

  get nowMs(): number {
    return this.#options.epochMs() + this.#skewMs;
  }

  /** The store's time is another: signatures name that from now on. */
  correct(storeMs: number): void {
    this.#skewMs = storeMs - this.#options.epochMs();
  }

  /** Hot path: under 10 µs. */
  presign(key: string, options: PresignOptions): string {
    const { method, expiresS, contentType, contentDisposition } = options;
    const query: Field[] = [];
    if (contentType !== undefined) query.push(["response-content-type", contentType]);
    if (contentDisposition !== undefined) {
      query.push(["response-content-disposition", contentDisposition]);
    }
    const headers: readonly Field[] = [["host", this.#hostHeader]];
    const path = this.#pathOf(key);
    const target = presign({ method, path, query, headers, expiresS }, this.#signing());
    return `${this.origin.key}${target}`;
  }

  sign(call: S3Call, source: BodySource): SignedCall {
    const { method, key, query, body } = call;
    const path = key === undefined && this.#pathPrefix === "" ? "/" : this.#pathOf(key);
    const plan = this.#planBody(call);
    const headers: Field[] = [["host", this.#hostHeader], ...call.headers, ...plan.headers];
    const { payload } = plan;
    const signed = signRequest({ method, path, query, headers, payload }, this.#signing());
    const length: Field = ["content-length", String(plan.bytes)];
    const hasBody = plan.bytes > 0 || method === "PUT" || method === "POST";
    const fields = hasBody ? [...signed.headers, length] : signed.headers;
    const head = encodeRequestHead({ method, target: signed.target, headers: fields });
    if (body instanceof Uint8Array) return { head, body: body.length > 0 ? body : undefined };
    const chunks = this.#options.payload === "signed" ? signed.chunks : undefined;
    const stream = chunkedStream(source.stream!, {
      bytes: body.bytes,
      chunks,
      onError: (error) => {
        source.error = error;
      },
    });
    return { head, body: stream, bodyBytes: plan.bytes };
  }

  #pathOf(key: string | undefined): string {
    return key === undefined ? this.#pathPrefix : `${this.#pathPrefix}/${key}`;
  }

  #signing(): Signing {
    const { credentials, region } = this.#options;
    return { credentials, region, nowMs: this.nowMs, signatures: this.#signatures };
  }

  #planBody({ body, operation }: S3Call): BodyPlan {
    // The checksum of a document would be taken for that of the object which it is about.
    const isSigned = this.#options.payload === "signed" || !withContent.has(operation);
    if (body instanceof Uint8Array) {
      if (isSigned || body.length === 0) return { ...plainBody(body), headers: [] };
      const headers: readonly Field[] = [["x-amz-checksum-crc32", crc32Of(body)]];
      return { payload: { kind: "unsigned" }, bytes: body.length, headers };
    }
    const trailers = isSigned ? [] : [crc32Trailer];
    const plan = { bytes: body.bytes, chunkBytes: CHUNK_BYTES, trailers, isSigned };
    const trailer: readonly Field[] = isSigned ? [] : [["x-amz-trailer", crc32Trailer[0]]];
    return {
      payload: { kind: "chunked", isSigned, hasTrailers: !isSigned },
      bytes: encodedLength(plan),
      headers: [
        ["content-encoding", "aws-chunked"],
        ["x-amz-decoded-content-length", String(body.bytes)],
        ...trailer,
      ],
    };
  }
}

const withContent: ReadonlySet<string> = new Set(["PutObject", "UploadPart"]);

export interface SignedCall {
  readonly head: Uint8Array;
  readonly body: ReadableStream<Uint8Array> | Uint8Array | undefined;
  /** Of a stream, on the wire. */
  readonly bodyBytes?: number;
}

interface BodyPlan {
  readonly payload: Payload;
  /** On the wire. */
  readonly bytes: number;
  readonly headers: readonly Field[];
}

const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function plainBody(body: Uint8Array): Omit<BodyPlan, "headers"> {
  const sha256 =
    body.length === 0 ? EMPTY_SHA256 : Buffer.from(platformHashes.sha256(body)).toString("hex");
  return { payload: { kind: "hashed", sha256 }, bytes: body.length };
}

function crc32Of(bytes: Uint8Array): string {
  const crc = startChecksum("CRC32");
  crc.update(bytes);
  return toBase64(crc.digest());
}
