/** The part of a body that is wanted: from `from` to before `to`, in bytes. */
export type ByteRange =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly from: number; readonly to: number }
  | { readonly kind: "unsatisfiable" };

const whole: ByteRange = { kind: "whole" };

/**
 * Reads a Range field for a body of `size` bytes: RFC 9110, section 14.
 *
 * One range is understood. Several, another unit, and what is no range get the whole body, as the
 * RFC allows.
 */
export function parseByteRange(field: string | undefined, size: number): ByteRange {
  const parts = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field ?? "");
  if (parts === null || size === 0) return whole;
  const [, first = "", last = ""] = parts;
  if (first === "" && last === "") return whole;
  if (first === "") {
    const from = Math.max(0, size - Number(last));
    return from < size ? { kind: "part", from, to: size } : { kind: "unsatisfiable" };
  }
  const from = Number(first);
  const end = last === "" ? Number.POSITIVE_INFINITY : Number(last);
  if (end < from) return whole;
  if (from >= size) return { kind: "unsatisfiable" };
  return { kind: "part", from, to: Math.min(end + 1, size) };
}
