/** Flags as they were given, by name; switches are true. */
export type Fields = Readonly<Record<string, unknown>>;

/** The flags that say where the store is. */
export type StoreFlagName =
  | "endpoint"
  | "region"
  | "bucket"
  | "access-key"
  | "secret-key"
  | "session-token"
  | "addressing"
  | "insecure"
  | "sign-payload";

/** Where a flag's value comes from when it is not given: the first that is set. */
export const storeVariables: Readonly<Record<StoreFlagName, readonly string[]>> = {
  endpoint: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
  region: ["AWS_REGION"],
  bucket: ["S3_BUCKET"],
  "access-key": ["AWS_ACCESS_KEY_ID"],
  "secret-key": ["AWS_SECRET_ACCESS_KEY"],
  "session-token": ["AWS_SESSION_TOKEN"],
  addressing: [],
  insecure: [],
  "sign-payload": [],
};

/** The flags of the tests. */
export type PlanFlagName =
  | "method"
  | "size"
  | "count"
  | "concurrency"
  | "part-size"
  | "duration"
  | "until-stable"
  | "warmup"
  | "prefix"
  | "keep"
  | "key"
  | "from"
  | "batch"
  | "max-keys"
  | "weights"
  | "direction"
  | "part-sizes"
  | "concurrencies"
  | "point";
