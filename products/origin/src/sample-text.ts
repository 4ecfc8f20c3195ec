import type { Pattern } from "./pattern.ts";

/** From here on the text repeats itself, farther than gzip looks back. */
const PERIOD_BYTES = 2 ** 20;
/** The longest view. */
const MAX_VIEW_BYTES = 2 ** 18;
const MAX_WORDS_PER_LINE = 12;
const words =
  "the harbour keeps a long wall of stone between open water and quiet boats so that waves break there while ships lie safe behind it until morning when their crews count barrels ropes lanterns charts before sailing out again under grey skies toward islands nobody has named yet because each map ends where wind begins".split(
    " ",
  );

/**
 * English words in no order, the same every time. gzip makes a quarter of them; zstd and br, which
 * look back farther than the period, nearly nothing of what follows it.
 */
export function sampleText(): Pattern {
  let period: Uint8Array | undefined;
  return {
    view: (from, bytes) => {
      period ??= makePeriod();
      const start = from % PERIOD_BYTES;
      return period.subarray(start, start + Math.min(bytes, MAX_VIEW_BYTES));
    },
  };
}

/** The text's first bytes, in one piece. */
export function wholeText({ view }: Pattern, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const part = view(at, size - at);
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function makePeriod(): Uint8Array {
  const parts: string[] = [];
  let random = 1;
  for (let length = 0; length < PERIOD_BYTES; ) {
    // Numerical Recipes' generator, of which the upper bits are good enough.
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const word = words[(random >>> 16) % words.length]!;
    const part = `${word}${parts.length % MAX_WORDS_PER_LINE === MAX_WORDS_PER_LINE - 1 ? "\n" : " "}`;
    parts.push(part);
    length += part.length;
  }
  return new TextEncoder().encode(parts.join("")).subarray(0, PERIOD_BYTES);
}
