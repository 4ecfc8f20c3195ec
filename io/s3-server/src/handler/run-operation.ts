import type { Operation } from "@breakwater/s3";
import {
  createBucket,
  deleteBucket,
  deleteObjects,
  getBucketAcl,
  getLocation,
  getSetting,
  getVersioning,
  headBucket,
  listBuckets,
  putVersioning,
} from "./buckets.ts";
import type { Call, OperationOf } from "./call.ts";
import { copyObject, copyPart } from "./copies.ts";
import { deleteCors, getCors, putCors } from "./cors.ts";
import { listObjects, listObjectsV2 } from "./listing.ts";
import { deleteObject, getObject, getObjectAcl, putObject } from "./objects.ts";
import { deleteTagging, getTagging, putTagging } from "./tagging.ts";
import { listParts, listUploads } from "./upload-listing.ts";
import { abortUpload, completeUpload, createUpload, putPart } from "./uploads.ts";

/** What only a signature gives a right to. */
export type SignedOperation = Exclude<Operation, OperationOf<"Preflight">>;

/** Answers the call, now or later. Throws, or rejects with, S3Error. */
export function runOperation(call: Call, operation: SignedOperation): void | Promise<void> {
  switch (operation.kind) {
    case "ListBuckets":
      return listBuckets(call);
    case "CreateBucket":
      return createBucket(call, operation);
    case "HeadBucket":
      return headBucket(call, operation);
    case "DeleteBucket":
      return deleteBucket(call, operation);
    case "DeleteObjects":
      return deleteObjects(call, operation);
    case "GetBucketAcl":
      return getBucketAcl(call, operation);
    case "GetBucketLocation":
      return getLocation(call, operation);
    case "GetBucketSetting":
      return getSetting(call, operation);
    case "GetBucketVersioning":
      return getVersioning(call, operation);
    case "PutBucketVersioning":
      return putVersioning(call, operation);
    case "GetBucketCors":
      return getCors(call, operation);
    case "PutBucketCors":
      return putCors(call, operation);
    case "DeleteBucketCors":
      return deleteCors(call, operation);
    case "ListObjects":
      return listObjects(call, operation);
    case "ListObjectsV2":
      return listObjectsV2(call, operation);
    case "ListMultipartUploads":
      return listUploads(call, operation);
    case "GetObject":
    case "HeadObject":
      return getObject(call, operation);
    case "GetObjectAcl":
      return getObjectAcl(call, operation);
    case "PutObject":
      return putObject(call, operation);
    case "CopyObject":
      return copyObject(call, operation);
    case "DeleteObject":
      return deleteObject(call, operation);
    case "GetObjectTagging":
      return getTagging(call, operation);
    case "PutObjectTagging":
      return putTagging(call, operation);
    case "DeleteObjectTagging":
      return deleteTagging(call, operation);
    case "CreateMultipartUpload":
      return createUpload(call, operation);
    case "UploadPart":
      return putPart(call, operation);
    case "UploadPartCopy":
      return copyPart(call, operation);
    case "CompleteMultipartUpload":
      return completeUpload(call, operation);
    case "AbortMultipartUpload":
      return abortUpload(call, operation);
    case "ListParts":
      return listParts(call, operation);
  }
}
