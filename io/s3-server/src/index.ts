export type { Durability } from "./disk/content-files.ts";
export { S3ServerError, type S3ServerErrorCode } from "./s3-server-error.ts";
export {
  type RunningS3Server,
  type S3ServerLimits,
  type S3ServerOptions,
  startS3Server,
} from "./start-s3-server.ts";
