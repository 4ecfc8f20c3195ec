import type { S3StoreSettings } from "./options.ts";

/** What to paste into a shell. A secret that is one is not repeated. */
export function usageLines(settings: S3StoreSettings, url: URL): readonly string[] {
  const { credentials, isOpenSecret, region = "us-east-1" } = settings;
  const secret = isOpenSecret ? credentials.secretKey : "…";
  return [
    `export AWS_ENDPOINT_URL=${url.origin} AWS_REGION=${region}`,
    `export AWS_ACCESS_KEY_ID=${credentials.accessKey} AWS_SECRET_ACCESS_KEY=${secret}`,
    "aws --endpoint-url $AWS_ENDPOINT_URL s3 cp FILE s3://BUCKET/",
  ];
}
