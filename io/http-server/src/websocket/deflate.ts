import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** What every message's compressed bytes end with, and RFC 7692 7.2.1 leaves out. */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** The fastest level: a server's CPU is for more connections. */
const LEVEL = 1;

/** One message for itself, without context takeover (RFC 7692 7.2.1). */
export function deflateMessage(payload: Uint8Array): Uint8Array {
  const whole = deflateRawSync(payload, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, -TAIL.length);
}

/** undefined for what is not deflated; "too large" past `maxBytes`, without making more. */
export function inflateMessage(
  payload: Uint8Array,
  maxBytes: number,
): Uint8Array | "too large" | undefined {
  try {
    return inflateRawSync(Buffer.concat([payload, TAIL]), {
      finishFlush: constants.Z_SYNC_FLUSH,
      // It refuses a limit of 0 and takes what is exactly the limit.
      maxOutputLength: Math.max(1, maxBytes),
    });
  } catch (error) {
    const isTooLarge = error instanceof RangeError && "code" in error;
    return isTooLarge && error.code === "ERR_BUFFER_TOO_LARGE" ? "too large" : undefined;
  }
}
