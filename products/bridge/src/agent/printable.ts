/** How much of one text is shown. */
export interface PrintableLimits {
  readonly maxCharacters: number;
  readonly maxLines: number;
}

/** What a terminal would obey, or what would make text look as if it said something else. */
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Emoji of several parts are joined by the first; Persian and Indic words need the second. */
const joiners = /[\u200d\u200c]/;

/** A text of others on one line, and harmless: an escape sequence in it is seen, not obeyed. */
export function printableLine(text: string, maxCharacters: number): string {
  const shown = cut(text, maxCharacters);
  const more = text.length - shown.length;
  const line = shown.replace(/\s+/gu, " ").replace(unprintable, visible);
  return more === 0 ? line : `${line}… (${more} more characters)`;
}

/**
 * A text of others as it is, and harmless. Its further lines are indented: what it says can not
 * be taken for a line of somebody else's.
 */
export function printableText(text: string, { maxCharacters, maxLines }: PrintableLimits): string {
  const shown = cut(text, maxCharacters);
  const lines = shown.split(/\r\n|[\r\n\u2028\u2029]/);
  const kept = lines
    .slice(0, maxLines)
    .map((line) => line.replaceAll("\t", "  ").replace(unprintable, visible));
  if (shown.length < text.length) kept.push(`… (${text.length - shown.length} more characters)`);
  else if (lines.length > maxLines) kept.push(`… (${lines.length - maxLines} more lines)`);
  return kept.join("\n    ");
}

/** Not between the two halves of one character. */
function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const last = text.charCodeAt(maxCharacters - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isFirstHalf ? maxCharacters - 1 : maxCharacters);
}

/** ESC is ␛: the pictures of the first 32 codes have a block of their own. */
function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return joiners.test(character) ? character : "\ufffd";
}
