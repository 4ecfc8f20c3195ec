import type { S3Headers } from "../request.ts";
import { S3Error } from "../s3-error.ts";
import type { Field } from "../sigv4/sign.ts";

/** What is kept beside an object's bytes, as fields that a GET gives back. */
export interface ObjectMetadata {
  /** Lower-case names: content-type, cache-control and the other four of S3's. */
  readonly system: readonly Field[];
  /** Lower-case names without "x-amz-meta-". */
  readonly user: readonly Field[];
}

/** Of names and values of the user's metadata together, in bytes. */
export const MAX_USER_METADATA_BYTES = 2048;

/** Throws S3Error (MetadataTooLarge). */
export function parseMetadata(headers: S3Headers): ObjectMetadata {
  const system = systemNames
    .map((name): Field => [name, storedValue(name, headers.get(name) ?? "")])
    .filter(([, value]) => value !== "");
  const user = [...headers.keys()]
    .map((name) => name.toLowerCase())
    .filter((name) => name.startsWith(userPrefix))
    .map((name): Field => [name.slice(userPrefix.length), headers.get(name) ?? ""]);
  const bytes = user.reduce((all, [name, value]) => all + name.length + value.length, 0);
  if (bytes > MAX_USER_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", undefined, {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return { system, user };
}

/** The fields of a GET's or HEAD's answer. `overrides` are those of its response-… parameters. */
export function metadataHeaders(metadata: ObjectMetadata, overrides: readonly Field[]): Field[] {
  const kept = metadata.system.filter(([name]) => !overrides.some(([other]) => other === name));
  const hasType = [...kept, ...overrides].some(([name]) => name === "content-type");
  return [
    ...(hasType ? [] : [["content-type", "binary/octet-stream"] as const]),
    ...kept,
    ...overrides,
    ...metadata.user.map(([name, value]): Field => [`${userPrefix}${name}`, value]),
  ];
}

export const systemNames: readonly string[] = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
];

const userPrefix = "x-amz-meta-";

/** "aws-chunked" says how the body came, not what the object is. */
function storedValue(name: string, value: string): string {
  if (name !== "content-encoding") return value;
  const codings = value.split(",").map((coding) => coding.trim());
  return codings.filter((coding) => coding.toLowerCase() !== "aws-chunked").join(",");
}
