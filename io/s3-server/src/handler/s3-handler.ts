import type { Exchange, Handler } from "@breakwater/http-server";
import {
  type Credentials,
  type Field,
  parseRequest,
  readOperation,
  S3Error,
  type S3Headers,
  type S3Request,
  Signatures,
  type Verification,
  verifyRequest,
} from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import type { Disk } from "../disk/disk.ts";
import { type Answering, answerError, requestIdName, toS3Error } from "./answer.ts";
import type { S3Limits, Store } from "./call.ts";
import { answerPreflight, corsFields } from "./cors.ts";
import { runOperation } from "./run-operation.ts";

export interface S3HandlerOptions {
  readonly disk: Disk;
  /** Whose requests are answered; all may do everything, and nobody else anything. */
  readonly credentials: readonly Pick<Credentials, "accessKey" | "secretKey">[];
  /** The only one accepted; `undefined` accepts whatever clients call it. */
  readonly region: string | undefined;
  /** In lower case without a port: where "s3.test" is one, "BUCKET.s3.test" is that bucket. */
  readonly hosts: readonly string[];
  /**
   * An unknown bucket of a valid name is made by HeadBucket, GetBucketLocation, ListObjects (both),
   * ListMultipartUploads, PutObject, CopyObject (the one copied to) and CreateMultipartUpload; and
   * CreateBucket then is content with one that is there.
   */
  readonly createsBuckets: boolean;
  readonly limits: S3Limits;
  /** Calendar time. */
  readonly epochMs: () => number;
  /** Of requests; need not be secret. */
  readonly newId: () => string;
  /** What is no error of S3's: its client is told InternalError and nothing else. */
  readonly onError: (error: unknown) => void;
}

/**
 * S3's protocol over a disk: https://docs.aws.amazon.com/AmazonS3/latest/API/
 * Only signed requests (SigV4, in headers or presigned) are answered.
 */
export function s3Handler(options: S3HandlerOptions): Handler {
  const { disk, credentials, region, hosts, newId, epochMs } = options;
  const { createsBuckets, limits, onError } = options;
  const secrets = new Map(credentials.map(({ accessKey, secretKey }) => [accessKey, secretKey]));
  const signatures = new Signatures({ hashes: platformHashes, maxKeys: MAX_SIGNING_KEYS });
  const store: Store = {
    ...{ disk, limits, createsBuckets, epochMs, onError, region: region ?? "us-east-1" },
    receiving: 0,
  };
  const verification = (): Verification => ({
    ...{ nowMs: epochMs(), region, signatures },
    findSecretKey: (accessKey) => secrets.get(accessKey),
  });

  return async (exchange) => {
    const id: Field = [requestIdName, newId()];
    const { method, path } = exchange.request;
    let answering: Answering = { exchange, fields: [id], request: unread({ method, path }) };
    try {
      const request = requestOf(exchange);
      const operation = readOperation(request, { hosts });
      const fields = [id, ...corsFields(disk, request, operation)];
      answering = { exchange, request, fields };
      if (!(operation instanceof S3Error) && operation.kind === "Preflight") {
        answerPreflight({ exchange, request, fields: [id] }, operation, disk);
        return;
      }
      refuseForm(request);
      const verified = verifyRequest(request, verification());
      if (verified instanceof S3Error) throw verified;
      if (operation instanceof S3Error) throw operation;
      await runOperation({ ...answering, verified, store }, operation);
    } catch (error) {
      answerError(answering, toS3Error(error, onError));
    }
  };
}

/** One for each pair of keys, day and region: a handful, unless clients make regions up. */
const MAX_SIGNING_KEYS = 1000;

/** Throws S3Error. Hot path: fields are asked for some forty times, so each is looked at once. */
function requestOf({ request }: Exchange): S3Request {
  const { method, path, query } = request;
  const fields = new Map<string, string>();
  for (const [name, value] of request.headers()) {
    const lowerCase = name.toLowerCase();
    const before = fields.get(lowerCase);
    fields.set(lowerCase, before === undefined ? value : `${before}, ${value}`);
  }
  // HTTP/2 has it in a field of another name.
  fields.set("host", request.authority);
  const headers: S3Headers = {
    get: (name) => fields.get(name) ?? null,
    keys: () => fields.keys(),
  };
  return parseRequest({ method, target: query === "" ? path : `${path}?${query}`, headers });
}

function unread({ method, path }: Pick<S3Request, "method" | "path">): S3Request {
  return { method, path, query: [], headers: { get: () => null, keys: () => [] } };
}

/** What a browser's form sends is signed in one of its fields: said plainly. */
function refuseForm({ method, headers }: S3Request): void {
  const isForm = headers.get("content-type")?.startsWith("multipart/form-data") ?? false;
  if (method !== "POST" || !isForm) return;
  throw new S3Error(
    "NotImplemented",
    "Uploads by a browser's form (PostObject) are not implemented: use a presigned PUT.",
  );
}
