import type { ObjectInfo } from "@breakwater/object-store";

/** What S3 says of what was stored without a type, as the original did with all. */
const unknown: ReadonlySet<string> = new Set(["binary/octet-stream", "application/octet-stream"]);

/** Of a file as it is sent: as it was stored, else as its name says. */
export function typeOf({ contentType }: Pick<ObjectInfo, "contentType">, path: string): string {
  if (contentType !== undefined && contentType !== "" && !unknown.has(contentType)) {
    return contentType;
  }
  return Bun.file(path).type;
}
