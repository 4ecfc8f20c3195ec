import type { Step } from "./send-steps.ts";

/** What the origin's bodies consist of. */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Endless data of which any part can be had: views of one buffer, which nobody may change. */
export interface Pattern {
  /** So many bytes from that place on, or as many as the buffer has. */
  view(from: number, bytes: number): Uint8Array;
}

/** The steps of a part of it: from `from` to before `to`. */
export function viewSteps({ view }: Pattern, from: number, to: number): () => Step {
  let at = from;
  return () => {
    if (at === to) return undefined;
    const part = view(at, to - at);
    at += part.length;
    return part;
  };
}

/**
 * A to Z and 0 to 9, over and over. `bufferBytes`: the longest view, which is what is written at
 * once.
 */
export function pattern(bufferBytes: number): Pattern {
  const buffer = new Uint8Array(bufferBytes + letters.length);
  for (let at = 0; at < buffer.length; at += 1)
    buffer[at] = letters.charCodeAt(at % letters.length);
  return {
    view: (from, bytes) => {
      const start = from % letters.length;
      return buffer.subarray(start, start + Math.min(bytes, bufferBytes));
    },
  };
}
