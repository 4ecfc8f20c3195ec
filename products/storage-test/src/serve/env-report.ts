/** What the service is set up with, as in the seed. */
const names: readonly string[] = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_ENDPOINT_URL_S3",
  "AWS_REGION",
  "S3_BUCKET",
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which names are set; no value, nor anything made of one. */
export function envReport(environment: Environment): Readonly<Record<string, "set" | "missing">> {
  return Object.fromEntries(names.map((name) => [name, environment[name] ? "set" : "missing"]));
}
