const closing = new Set([")", "]", "}"]);
const opening = new Set(["(", "[", "{"]);

/**
 * Where the bracket or quote at `start` is closed, nested ones and escapes passed over; the text's
 * length when it is not.
 */
export function endOfGroup(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const char = text[index]!;
    if (char === "\\") index += 1;
    else if (char === '"') index = endOfQuote(text, index);
    else if (opening.has(char)) depth += 1;
    else if (closing.has(char)) depth -= 1;
    if (depth <= 0) return Math.min(index, text.length);
  }
  return text.length;
}

/** The first of these characters from `start` on that no bracket, quote or escape holds. */
export function indexOutside(text: string, start: number, chars: string): number {
  for (let index = start; index < text.length; index += 1) {
    const char = text[index]!;
    if (chars.includes(char)) return index;
    if (char === "\\") index += 1;
    else if (char === '"' || opening.has(char)) index = endOfGroup(text, index);
  }
  return text.length;
}

function endOfQuote(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === '"') return index;
  }
  return text.length;
}
