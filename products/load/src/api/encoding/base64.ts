import { toBytes } from "./to-bytes.ts";

interface Variant {
  readonly alphabet: "base64" | "base64url";
  readonly isPadded: boolean;
}

const std: Variant = { alphabet: "base64", isPadded: true };

const variants: ReadonlyMap<unknown, Variant> = new Map([
  ["std", std],
  ["rawstd", { alphabet: "base64", isPadded: false }],
  ["url", { alphabet: "base64url", isPadded: true }],
  ["rawurl", { alphabet: "base64url", isPadded: false }],
]);

/**
 * k6's b64encode(): text, an ArrayBuffer or a Uint8Array as base64 (RFC 4648). `encoding` is "std",
 * "rawstd", "url" or "rawurl", raw being without padding; anything else is taken for "std", as in
 * k6.
 */
export function b64encode(input: unknown, encoding?: unknown): string {
  const { alphabet, isPadded } = variants.get(encoding) ?? std;
  const bytes = toBytes(input, "encode");
  return bytes.toBase64({ alphabet, omitPadding: !isPadded });
}

/**
 * k6's b64decode(): the bytes as an ArrayBuffer, or as text when `format` is "s". Line breaks are
 * passed over, as in k6; any other foreign letter and wrong padding throw a TypeError.
 */
export function b64decode(
  input: unknown,
  encoding?: unknown,
  format?: unknown,
): string | ArrayBuffer {
  const { alphabet, isPadded } = variants.get(encoding) ?? std;
  const text = (input === undefined ? "" : String(input)).replace(/[\r\n]+/g, "");
  const bytes = tryDecode(text, alphabet, isPadded);
  if (bytes === undefined) {
    const kind = `${alphabet} ${isPadded ? "with" : "without"} padding`;
    throw new TypeError(`Cannot decode "${shorten(text)}": it is no ${kind}; name its encoding`);
  }
  return format === "s" ? toText.decode(bytes) : bytes.buffer;
}

/** A byte order mark is part of the text in k6. */
const toText = new TextDecoder("utf-8", { ignoreBOM: true });

function tryDecode(text: string, alphabet: Variant["alphabet"], isPadded: boolean) {
  if (isPadded ? text.length % 4 !== 0 : text.includes("=")) return undefined;
  if (/[\t\f ]/.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text, { alphabet, lastChunkHandling: "loose" });
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
