import { S3Error } from "../s3-error.ts";
import { parseQuery } from "../uri.ts";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Reads x-amz-tagging: a query string. Throws S3Error (InvalidTag). */
export function parseTaggingHeader(header: string | null): readonly Tag[] {
  const tags = parseQuery(header ?? "").map(([key, value]) => ({ key, value }));
  checkTags(tags);
  return tags;
}

/** Throws S3Error for what S3 does not keep: ten tags at most, each key once, short. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > MAX_TAGS) {
    throw new S3Error("InvalidTag", `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
  }
  for (const { key, value } of tags) {
    if (!isText(key, { min: 1, max: MAX_TAG_KEY }) || key.startsWith("aws:")) {
      throw new S3Error("InvalidTag", "The TagKey you have provided is invalid", { TagKey: key });
    }
    if (!isText(value, { min: 0, max: MAX_TAG_VALUE })) {
      throw new S3Error("InvalidTag", "The TagValue you have provided is invalid", { TagKey: key });
    }
  }
}

export const MAX_TAGS = 10;
/** In Unicode characters. */
export const MAX_TAG_KEY = 128;
export const MAX_TAG_VALUE = 256;

function isText(text: string, { min, max }: { min: number; max: number }): boolean {
  const { length } = [...text];
  return length >= min && length <= max && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
