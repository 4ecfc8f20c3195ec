export { AwsChunkedDecoder, type AwsChunkedOptions } from "./aws-chunked/decoder.ts";
export {
  type BodyEnd,
  type BodyPlan,
  type ChunkHead,
  chunkEnd,
  encodeBodyEnd,
  encodeChunkHead,
  encodedLength,
} from "./aws-chunked/encoder.ts";
export { toBase64, tryBase64 } from "./base64.ts";
export { type CorsRequest, type CorsRule, corsHeaders, MAX_CORS_RULES } from "./bucket/cors.ts";
export { checkBucketName } from "./bucket/name.ts";
export { toHttpDate } from "./calendar.ts";
export {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumOfPart,
  type ChecksumType,
  checksumAlgorithms,
  checksumBytes,
  checksumHeader,
  compositeChecksum,
  fullObjectChecksum,
  tryChecksumHeader,
} from "./checksum/checksum.ts";
export { type CrcName, type CrcOfPiece, combineCrcs, startCrc } from "./checksum/crc.ts";
export type { Hashes, RunningHash } from "./hashes.ts";
export { parseContinuationToken, toContinuationToken } from "./listing/continuation-token.ts";
export { compareKeys, keyAfterPrefix } from "./listing/key-order.ts";
export {
  type KeyCursor,
  type Keyed,
  listPage,
  type Page,
  type PageWanted,
} from "./listing/list-page.ts";
export {
  type Completion,
  type CompletionOptions,
  MAX_OBJECT_BYTES,
  MAX_PART_BYTES,
  MAX_PART_NUMBER,
  MAX_PUT_BYTES,
  MIN_PART_BYTES,
  type PartNamed,
  type PartStored,
  planCompletion,
} from "./multipart/completion.ts";
export {
  type Conditions,
  checkCopySource,
  checkWrite,
  type Etag,
  type EtagList,
  isRangeFor,
  judgeRead,
  type ObjectState,
  parseConditions,
  type ReadVerdict,
} from "./object/conditions.ts";
export { multipartEtag, objectEtag, quoteEtag } from "./object/etag.ts";
export { checkKey, MAX_KEY_BYTES } from "./object/key.ts";
export {
  MAX_USER_METADATA_BYTES,
  metadataHeaders,
  type ObjectMetadata,
} from "./object/metadata.ts";
export {
  type ByteRange,
  checkCopyRange,
  type RangeSpec,
  resolveRange,
  toContentRange,
  toUnsatisfiedRange,
  tryRange,
} from "./object/range.ts";
export { MAX_TAG_KEY, MAX_TAG_VALUE, MAX_TAGS, type Tag } from "./object/tagging.ts";
export type {
  BucketOperation,
  Copying,
  CopySource,
  DeclaredBody,
  InBucket,
  InObject,
  ObjectOperation,
  Operation,
  PlainBucketKind,
  Reading,
  UploadOperation,
  Writing,
} from "./operation/operation.ts";
export { parseBody } from "./operation/parameters.ts";
export { type ReadOperationOptions, readOperation } from "./operation/read-operation.ts";
export { parseRequest, type ReceivedRequest, type S3Headers, type S3Request } from "./request.ts";
export { S3Error, type S3ErrorCode } from "./s3-error.ts";
export { ChunkChain } from "./sigv4/chunk-chain.ts";
export type { Payload } from "./sigv4/payload.ts";
export {
  type Credentials,
  type Field,
  MAX_EXPIRES_S,
  presign,
  type RequestToPresign,
  type RequestToSign,
  type SignedRequest,
  type Signing,
  signRequest,
} from "./sigv4/sign.ts";
export { Signatures, type SignaturesOptions, type Signer } from "./sigv4/signatures.ts";
export { MAX_SKEW_MS, type Verification, type Verified, verifyRequest } from "./sigv4/verify.ts";
export { encodePath, encodeUri, type Query } from "./uri.ts";
export {
  type ListedBucket,
  parseCors,
  parseCreateBucket,
  parseListBuckets,
  parseTagging,
  parseVersioning,
  versioningOff,
  writeCors,
  writeListBuckets,
  writeLocation,
  writeTagging,
} from "./xml/bucket.ts";
export {
  type DeleteList,
  type DeleteResult,
  type FailedDelete,
  MAX_DELETED,
  parseDelete,
  parseDeleteResult,
  writeDelete,
  writeDeleteResult,
} from "./xml/delete.ts";
export { type ErrorContext, type RemoteError, tryError, writeError } from "./xml/error.ts";
export {
  type ListAnswer,
  type ListAnswerV1,
  type ListAnswerV2,
  type ListedObject,
  type ListedPage,
  parseListObjectsV2,
  writeListObjects,
  writeListObjectsV2,
} from "./xml/listing.ts";
export {
  type Copied,
  parseCompleteMultipartUpload,
  parseCompleteMultipartUploadResult,
  parseCopyResult,
  parseInitiateMultipartUpload,
  type UploadCompleted,
  type UploadStarted,
  writeCompleteMultipartUpload,
  writeCompleteMultipartUploadResult,
  writeCopyResult,
  writeInitiateMultipartUpload,
} from "./xml/multipart.ts";
export type { XmlNode } from "./xml/node.ts";
export { ownerOnlyAcl, type Setting, writeUnset } from "./xml/setting.ts";
export {
  type ListedPart,
  type ListedUpload,
  type PartsAnswer,
  type PartsPage,
  parseListMultipartUploads,
  parseListParts,
  type UploadsAnswer,
  type UploadsPage,
  writeListMultipartUploads,
  writeListParts,
} from "./xml/uploads.ts";
