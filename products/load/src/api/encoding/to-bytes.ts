const encoder = new TextEncoder();

/**
 * The bytes of what k6 takes for binary data: text (as UTF-8), an ArrayBuffer or a Uint8Array; not
 * copied where they are bytes already. Throws a TypeError; `what` follows its "Cannot".
 */
export function toBytes(data: unknown, what: string): Uint8Array<ArrayBuffer> {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (data instanceof Uint8Array) return data as Uint8Array<ArrayBuffer>;
  throw new TypeError(
    `Cannot ${what} ${describe(data)}: give text, an ArrayBuffer or a Uint8Array`,
  );
}

/** Its kind rather than its content, which may be long. */
function describe(data: unknown): string {
  if (typeof data !== "object" || data === null) return String(data);
  const name: unknown = data.constructor?.name;
  return typeof name === "string" && name !== "Object" ? `${article(name)} ${name}` : "an object";
}

function article(name: string): string {
  return /^[AEIO]/.test(name) ? "an" : "a";
}
