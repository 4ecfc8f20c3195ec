import { S3Error } from "../s3-error.ts";

/**
 * Throws S3Error (InvalidBucketName):
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function checkBucketName(name: string): void {
  const isPlain = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
  const isReserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3)$/.test(
    name,
  );
  const isAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
  if (isPlain && !isReserved && !isAddress && !name.includes("..")) return;
  throw new S3Error("InvalidBucketName", undefined, { BucketName: name });
}
