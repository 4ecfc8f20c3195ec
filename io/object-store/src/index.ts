export type * from "./object-store.ts";
export {
  ObjectStoreError,
  type ObjectStoreErrorCode,
  type ObjectStoreErrorOptions,
} from "./object-store-error.ts";
export type { ObservedCall } from "./observed-call.ts";
export { s3ObjectStore } from "./s3-object-store.ts";
export { type RetryOptions, type S3ObjectStoreOptions, usualRetry } from "./s3-options.ts";
