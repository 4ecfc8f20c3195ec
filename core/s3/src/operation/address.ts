import { checkBucketName } from "../bucket/name.ts";
import { checkKey } from "../object/key.ts";
import type { S3Request } from "../request.ts";
import { decodeUri } from "../uri.ts";

/** Both empty for the service itself, the key for a bucket. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Takes the bucket from the host, when that is below one of `hosts`, or else from the path. Throws
 * S3Error for a bucket or key that cannot be one.
 */
export function parseAddress(request: S3Request, hosts: readonly string[]): Address {
  const path = decodeUri(request.path).replace(/^\//, "");
  const fromHost = tryHostBucket(request.headers.get("host") ?? "", hosts);
  const slash = path.indexOf("/");
  const bucket = fromHost ?? (slash < 0 ? path : path.slice(0, slash));
  const afterBucket = slash < 0 ? "" : path.slice(slash + 1);
  const key = fromHost === undefined ? afterBucket : path;
  if (bucket !== "") checkBucketName(bucket);
  if (key !== "") checkKey(key);
  return { bucket, key };
}

function tryHostBucket(host: string, hosts: readonly string[]): string | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, "");
  const base = hosts.find((one) => name.endsWith(`.${one}`));
  return base === undefined ? undefined : name.slice(0, -base.length - 1);
}
