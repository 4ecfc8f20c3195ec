import { createHash, createHmac } from "node:crypto";

export interface AwsKeys {
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface AwsRequest {
  /** "aps" is Amazon Managed Service for Prometheus. */
  readonly service: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly unixMs: number;
}

/**
 * The headers that sign a POST: AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function awsSignature(
  { region, accessKey, secretKey }: AwsKeys,
  { service, url, body, unixMs }: AwsRequest,
): Readonly<Record<string, string>> {
  const { host, pathname, searchParams } = new URL(url);
  const time = new Date(unixMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join("&");
  const headers = `host:${host}\nx-amz-date:${time}\n`;
  const signed = "host;x-amz-date";
  const request = ["POST", pathname, query, headers, signed, sha256(body)].join("\n");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  let key: string | Buffer = `AWS4${secretKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  const credential = `Credential=${accessKey}/${scope}`;
  return {
    "X-Amz-Date": time,
    Authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

const sha256 = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
