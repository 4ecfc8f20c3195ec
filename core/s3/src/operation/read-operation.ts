import type { S3Request } from "../request.ts";
import { resultOf, S3Error } from "../s3-error.ts";
import { findParameter } from "../uri.ts";
import { settings } from "../xml/setting.ts";
import { type Address, parseAddress } from "./address.ts";
import { bucketReaders } from "./bucket-readers.ts";
import { objectReaders } from "./object-readers.ts";
import type { Operation } from "./operation.ts";

/** What the request asks for, or why it cannot be had. */
export function readOperation(
  request: S3Request,
  { hosts }: ReadOperationOptions,
): Operation | S3Error {
  return resultOf(() => {
    const address = parseAddress(request, hosts);
    refuseUnsupported(request);
    if (request.method === "OPTIONS") return readPreflight(request, address);
    if (address.bucket === "") return readService(request);
    const readers = address.key === "" ? bucketReaders : objectReaders;
    const resource = subresourceOf(request);
    const name = `${request.method} ${resource}`.trim();
    // Its own: the method may be "constructor".
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read !== undefined) return read(request, address);
    const isKnown = Object.keys(readers).some((each) => each.split(" ")[1] === resource);
    const isOnlyRead = resource === "acl" || settings.some((each) => each === resource);
    const isRefused = resource === "" || (isKnown && !isOnlyRead);
    throw new S3Error(isRefused ? "MethodNotAllowed" : "NotImplemented");
  });
}

export interface ReadOperationOptions {
  /** In lower case without a port: below them, the first labels of a host are the bucket. */
  readonly hosts: readonly string[];
}

/** Query parameters that make another resource of the same address. */
const subresources = new Set([
  ...["accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption"],
  ...["intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location", "logging"],
  ...["metadataConfiguration", "metadataTable", "metrics", "notification", "object-lock"],
  ...["ownershipControls", "policy", "policyStatus", "publicAccessBlock", "renameObject"],
  ...["replication", "requestPayment", "restore", "retention", "select", "session", "tagging"],
  ...["torrent", "uploads", "uploadId", "versioning", "versions", "website"],
]);

/** Headers that ask for a promise: to store without keeping it would be worse than to refuse. */
const unsupported = ["x-amz-server-side-encryption", "x-amz-object-lock-", "x-amz-website-"];

function subresourceOf({ query }: S3Request): string {
  return query.find(([name]) => subresources.has(name))?.[0] ?? "";
}

function refuseUnsupported({ headers, query }: S3Request): void {
  const asked = [...headers.keys()].map((name) => name.toLowerCase());
  const header = asked.find((name) => unsupported.some((start) => name.startsWith(start)));
  if (header !== undefined) throw new S3Error("NotImplemented", undefined, { Header: header });
  const version = findParameter(query, "versionId");
  if (version !== undefined && version !== "null") throw new S3Error("NoSuchVersion");
}

function readService({ method }: S3Request): Operation {
  if (method === "GET") return { kind: "ListBuckets" };
  throw new S3Error("MethodNotAllowed");
}

function readPreflight({ headers }: S3Request, { bucket, key }: Address): Operation {
  const origin = headers.get("origin");
  const method = headers.get("access-control-request-method");
  if (origin === null || method === null || bucket === "") {
    throw new S3Error(
      "InvalidRequest",
      "Insufficient information. Origin and Access-Control-Request-Method are needed, and a bucket",
    );
  }
  const asked = (headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return { kind: "Preflight", bucket, key, asked: { origin, method, headers: asked } };
}
