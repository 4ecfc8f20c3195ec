export { S3ServerError, type S3ServerErrorCode } from "@breakwater/s3-server";
export { type S3StoreOptions, s3StoreDefaults } from "./options.ts";
export { type RunningS3Store, type RunS3StoreOptions, runS3Store } from "./run.ts";
export { S3StoreError, type S3StoreErrorCode } from "./s3-store-error.ts";
