/** Of ids, in UTF-16 units. */
export const MAX_ID_LENGTH = 128;
/** Of the other short texts (intent, channel, role, labels …), in UTF-16 units. */
export const MAX_TEXT_LENGTH = 256;

/** What `isId` asks for, for a sentence that says so. */
export const idRule: string = `1 to ${MAX_ID_LENGTH} characters without a control character`;
export const textRule: string = `1 to ${MAX_TEXT_LENGTH} characters without a control character`;

/** Ids become keys of stores and lines of logs: what would be changed or hidden there is none. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && isClean(value, MAX_ID_LENGTH);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && isClean(value, MAX_TEXT_LENGTH);
}

/** Neither empty, longer than it may be, nor with a control character or half a character. */
export function isClean(text: string, maxLength: number): boolean {
  if (text.length === 0 || text.length > maxLength) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20) return false;
    // Delete and the control characters of Latin-1; surrogates are looked at as pairs.
    if (code >= 0x7f && (code <= 0x9f || (code >= 0xd800 && code <= 0xdfff))) {
      if (code <= 0x9f) return false;
      return text.isWellFormed() && !/\p{Cc}/u.test(text);
    }
  }
  return true;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A client's value for a sentence: as JSON, cut off where it gets long. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return value.length <= 40 ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, 40))}…`;
}
