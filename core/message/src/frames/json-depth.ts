/**
 * Whether arrays and objects in a JSON text lie deeper than `maxDepth` in each other: `[]` is 1.
 * Looked at before the text is parsed, since whoever parses, compares or writes it again recurses.
 * Of what is no JSON it says anything.
 */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  return hasMoreOpenings(text, maxDepth) && isScannedDeeperThan(text, maxDepth);
}

/**
 * Brackets anywhere, also in strings. Fewer than `max` cannot be deeper: for a usual frame that is
 * all there is to do, at a sixth of what the scan costs.
 */
function hasMoreOpenings(text: string, max: number): boolean {
  let openings = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++openings > max) return true;
    }
  }
  return false;
}

function isScannedDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++depth > maxDepth) return true;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      depth--;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Where the quote is that ends a string, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return at;
}
