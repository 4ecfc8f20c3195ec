export type { Durability } from "./disk/content-files.ts";
export type * from "./disk/disk.ts";
export { type DiskOptions, openDisk } from "./disk/open-disk.ts";
export type { S3Limits } from "./handler/call.ts";
export { type S3HandlerOptions, s3Handler } from "./handler/s3-handler.ts";
export { S3ServerError, type S3ServerErrorCode } from "./s3-server-error.ts";
export {
  type RunningS3Server,
  type S3ServerLimits,
  type S3ServerOptions,
  s3ServerLimits,
  startS3Server,
} from "./start-s3-server.ts";
