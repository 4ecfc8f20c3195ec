import { S3Error } from "../s3-error.ts";

/** What a Range header asks for, of an object whose size is not yet known. */
export type RangeSpec =
  /** Both ends belong to it; without `last` to the end. */
  | { readonly kind: "from"; readonly first: number; readonly last: number | undefined }
  | { readonly kind: "suffix"; readonly bytes: number };

export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** RFC 9110 14.1.2. What is none, and more than one, S3 ignores: the whole object goes out. */
export function tryRange(header: string | null): RangeSpec | undefined {
  const parts = /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? "");
  if (parts === null) return undefined;
  const [, first, last] = parts;
  if (first === "") return last === "" ? undefined : { kind: "suffix", bytes: Number(last) };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return { kind: "from", first: Number(first), last: last === "" ? undefined : Number(last) };
}

/** Which bytes of so many those are. Throws S3Error (InvalidRange) when there are none. */
export function resolveRange(range: RangeSpec, objectBytes: number): ByteRange {
  const isSuffix = range.kind === "suffix";
  const first = isSuffix ? Math.max(0, objectBytes - range.bytes) : range.first;
  const last = isSuffix ? objectBytes - 1 : Math.min(range.last ?? objectBytes, objectBytes - 1);
  if (first <= last) return { first, last };
  throw new S3Error("InvalidRange", undefined, { ActualObjectSize: String(objectBytes) });
}

/** Content-Range of a 206. */
export const toContentRange = ({ first, last }: ByteRange, objectBytes: number): string =>
  `bytes ${first}-${last}/${objectBytes}`;

/** Content-Range of a 416. */
export const toUnsatisfiedRange = (objectBytes: number): string => `bytes */${objectBytes}`;

/** x-amz-copy-source-range is stricter: one range with both ends. Throws S3Error. */
export function parseCopyRange(header: string | null): ByteRange | undefined {
  if (header === null) return undefined;
  const parts = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const [first, last] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts !== null && first <= last) return { first, last };
  throw new S3Error(
    "InvalidArgument",
    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
  );
}

/** Throws S3Error unless the object has all those bytes. */
export function checkCopyRange({ first, last }: ByteRange, objectBytes: number): void {
  if (last < objectBytes) return;
  throw new S3Error(
    "InvalidArgument",
    `Range specified is not valid for source object of size: ${objectBytes}`,
    { ArgumentName: "x-amz-copy-source-range", ArgumentValue: `bytes=${first}-${last}` },
  );
}
