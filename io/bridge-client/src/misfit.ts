import type { BridgeLimits } from "./bridge-frame.ts";

export interface Misfit {
  readonly code: "frame_too_large" | "too_deep";
  readonly message: string;
}

/**
 * Why the bridge would not read a frame. To be asked before it is sent: what is not read has no id,
 * so the bridge's error could not tell which message it was.
 */
export function tryMisfit(text: string, limits: BridgeLimits): Misfit | undefined {
  const { maxFrameBytes = Number.POSITIVE_INFINITY, maxDepth = Number.POSITIVE_INFINITY } = limits;
  if (text.length * 3 > maxFrameBytes) {
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > maxFrameBytes) {
      const message = `A message of ${bytes} bytes cannot be sent: the bridge takes ${maxFrameBytes}`;
      return { code: "frame_too_large", message };
    }
  }
  if (text.length >= 2 * maxDepth && isDeeperThan(text, maxDepth)) {
    const message = `A message cannot have more than ${maxDepth} arrays and objects in each other`;
    return { code: "too_deep", message };
  }
  return undefined;
}

/** Of a text that JSON.stringify wrote. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return false;
}
