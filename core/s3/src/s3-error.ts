/** Whatever goes wrong with a request, in S3's words: code, HTTP status and message. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly code: S3ErrorCode;
  /** Further elements of the answer, such as the ContentLength that a range did not fit. */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message: string = s3Errors[code][1],
    details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return s3Errors[this.code][0];
  }
}

/** Closed: each has a status and S3's message for it. StorageFull alone is not S3's. */
export type S3ErrorCode =
  | "AccessDenied"
  | "AccessForbidden"
  | "AuthorizationHeaderMalformed"
  | "AuthorizationQueryParametersError"
  | "BadDigest"
  | "BucketAlreadyExists"
  | "BucketAlreadyOwnedByYou"
  | "BucketNotEmpty"
  | "ConditionalRequestConflict"
  | "EntityTooLarge"
  | "EntityTooSmall"
  | "IncompleteBody"
  | "InternalError"
  | "InvalidAccessKeyId"
  | "InvalidArgument"
  | "InvalidBucketName"
  | "InvalidDigest"
  | "InvalidPart"
  | "InvalidPartNumber"
  | "InvalidPartOrder"
  | "InvalidRange"
  | "InvalidRequest"
  | "InvalidTag"
  | "InvalidURI"
  | "KeyTooLongError"
  | "MalformedTrailerError"
  | "MalformedXML"
  | "MaxMessageLengthExceeded"
  | "MetadataTooLarge"
  | "MethodNotAllowed"
  | "MissingContentLength"
  | "NoSuchBucket"
  | "NoSuchBucketPolicy"
  | "NoSuchCORSConfiguration"
  | "NoSuchKey"
  | "NoSuchLifecycleConfiguration"
  | "NoSuchPublicAccessBlockConfiguration"
  | "NoSuchTagSet"
  | "NoSuchUpload"
  | "NoSuchVersion"
  | "NoSuchWebsiteConfiguration"
  | "NotImplemented"
  | "ObjectLockConfigurationNotFoundError"
  | "OwnershipControlsNotFoundError"
  | "PreconditionFailed"
  | "ReplicationConfigurationNotFoundError"
  | "RequestTimeTooSkewed"
  | "RequestTimeout"
  | "ServerSideEncryptionConfigurationNotFoundError"
  | "ServiceUnavailable"
  | "SignatureDoesNotMatch"
  | "SlowDown"
  | "StorageFull"
  | "XAmzContentSHA256Mismatch";

/** What the function gives, or the S3Error that it throws. */
export function resultOf<T>(read: () => T): T | S3Error {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof S3Error) return thrown;
    throw thrown;
  }
}

const s3Errors: Readonly<Record<S3ErrorCode, readonly [status: number, message: string]>> = {
  AccessDenied: [403, "Access Denied."],
  AccessForbidden: [403, "CORSResponse: This CORS request is not allowed."],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "The authorization query parameters are not valid."],
  BadDigest: [
    400,
    "The Content-MD5 or checksum value that you specified did not match what we received.",
  ],
  BucketAlreadyExists: [409, "The requested bucket name is not available."],
  BucketAlreadyOwnedByYou: [
    409,
    "The bucket that you tried to create already exists, and you own it.",
  ],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  ConditionalRequestConflict: [
    409,
    "A conflicting operation occurred during the request. Try again.",
  ],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed object size."],
  IncompleteBody: [
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  ],
  InternalError: [500, "An internal error occurred. Try again."],
  InvalidAccessKeyId: [403, "The access key ID that you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid argument."],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found, or its entity tag did not match.",
  ],
  InvalidPartNumber: [416, "The requested partnumber is not satisfiable."],
  InvalidPartOrder: [400, "The list of parts was not in ascending order."],
  InvalidRange: [416, "The requested range cannot be satisfied."],
  InvalidRequest: [400, "The request is not valid."],
  InvalidTag: [400, "The tag provided was not a valid tag."],
  InvalidURI: [400, "The specified URI couldn't be parsed."],
  KeyTooLongError: [400, "Your key is too long."],
  MalformedTrailerError: [400, "The request contained trailing data that was not well-formed."],
  MalformedXML: [
    400,
    "The XML that you provided was not well formed or did not validate against our published schema.",
  ],
  MaxMessageLengthExceeded: [400, "Your request was too large."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist."],
  NoSuchCORSConfiguration: [404, "The CORS configuration does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist."],
  NoSuchPublicAccessBlockConfiguration: [
    404,
    "The public access block configuration was not found.",
  ],
  NoSuchTagSet: [404, "The TagSet does not exist."],
  NoSuchUpload: [
    404,
    "The specified multipart upload does not exist. It might have been aborted or completed.",
  ],
  NoSuchVersion: [
    404,
    "The version ID specified in the request does not match an existing version.",
  ],
  NoSuchWebsiteConfiguration: [404, "The bucket does not have a website configuration."],
  NotImplemented: [
    501,
    "A header or query that you provided implies functionality that is not implemented.",
  ],
  ObjectLockConfigurationNotFoundError: [
    404,
    "Object Lock configuration does not exist for this bucket.",
  ],
  OwnershipControlsNotFoundError: [404, "The bucket ownership controls were not found."],
  PreconditionFailed: [412, "At least one of the preconditions that you specified did not hold."],
  ReplicationConfigurationNotFoundError: [404, "The replication configuration was not found."],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the server's time is too large.",
  ],
  RequestTimeout: [
    400,
    "Your socket connection to the server was not read from or written to within the timeout period.",
  ],
  ServerSideEncryptionConfigurationNotFoundError: [
    404,
    "The server side encryption configuration was not found.",
  ],
  ServiceUnavailable: [503, "Service is unable to handle the request."],
  SignatureDoesNotMatch: [
    403,
    "The request signature that we calculated does not match the signature that you provided.",
  ],
  SlowDown: [503, "Please reduce your request rate."],
  StorageFull: [507, "The store has no room left. Nothing was written."],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided x-amz-content-sha256 header does not match what was computed.",
  ],
};
