import { ascii, isTextByte, isTokenByte } from "./ascii.ts";
import { WireError, type WireErrorCode } from "./error.ts";

/** A name, or a method: RFC 9110 5.6.2. */
export function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (isTokenByte[text.charCodeAt(index)] !== 1) return false;
  }
  return text !== "";
}

/** RFC 9110 5.5: no control character but the tab. */
export function isFieldValue(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < ascii.space && code !== ascii.tab) || code === ascii.del) return false;
  }
  return true;
}

/** The same, and each character fits a byte. */
export function isLatin1FieldValue(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (isTextByte[text.charCodeAt(index)] !== 1) return false;
  }
  return true;
}

const maxShownCharacters = 60;

/** What of the message to be written is not as it must be. */
export function refusal(
  code: WireErrorCode,
  { what, text, wanted }: { readonly what: string; readonly text: string; readonly wanted: string },
): WireError {
  const shown = JSON.stringify(text.slice(0, maxShownCharacters));
  return new WireError(code, `Cannot send ${what} ${shown}: it must be ${wanted}`);
}
