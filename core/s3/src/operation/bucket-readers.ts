import type { S3Request } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import { findParameter } from "../uri.ts";
import { settings } from "../xml/setting.ts";
import type { Address } from "./address.ts";
import type { Operation, PlainBucketKind } from "./operation.ts";
import { parseListing } from "./parameters.ts";

export type Reader = (request: S3Request, address: Address) => Operation;

/** By method and subresource. */
export const bucketReaders: Readonly<Record<string, Reader>> = {
  GET: readListObjects,
  HEAD: plain("HeadBucket"),
  PUT: plain("CreateBucket"),
  DELETE: plain("DeleteBucket"),
  "POST delete": plain("DeleteObjects"),
  ...Object.fromEntries(
    settings.map((setting) => [
      `GET ${setting}`,
      (_request: S3Request, { bucket }: Address): Operation => ({
        kind: "GetBucketSetting",
        bucket,
        setting,
      }),
    ]),
  ),
  "GET acl": plain("GetBucketAcl"),
  "GET location": plain("GetBucketLocation"),
  "GET versioning": plain("GetBucketVersioning"),
  "PUT versioning": plain("PutBucketVersioning"),
  "GET cors": plain("GetBucketCors"),
  "PUT cors": plain("PutBucketCors"),
  "DELETE cors": plain("DeleteBucketCors"),
  "GET uploads": readListUploads,
  POST: () => {
    throw new S3Error(
      "NotImplemented",
      "Uploads by a browser's form (PostObject) are not implemented: use a presigned PUT.",
    );
  },
};

function plain(kind: PlainBucketKind): Reader {
  return (_request, { bucket }) => ({ kind, bucket });
}

function readListObjects(request: S3Request, { bucket }: Address): Operation {
  const { query } = request;
  const type = findParameter(query, "list-type");
  const listing = parseListing(request, "max-keys");
  if (type === undefined || type === "") {
    return { kind: "ListObjects", bucket, ...listing, marker: given(request, "marker") };
  }
  if (type !== "2") throw new S3Error("InvalidArgument", "list-type must be 2");
  const continuationToken = findParameter(query, "continuation-token");
  if (continuationToken === "") {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
  }
  return {
    kind: "ListObjectsV2",
    bucket,
    ...listing,
    startAfter: given(request, "start-after"),
    continuationToken,
    fetchOwner: findParameter(query, "fetch-owner") === "true",
  };
}

function readListUploads(request: S3Request, { bucket }: Address): Operation {
  return {
    kind: "ListMultipartUploads",
    bucket,
    ...parseListing(request, "max-uploads"),
    keyMarker: given(request, "key-marker"),
    uploadIdMarker: given(request, "upload-id-marker"),
  };
}

const given = ({ query }: S3Request, name: string): string | undefined =>
  findParameter(query, name) || undefined;
