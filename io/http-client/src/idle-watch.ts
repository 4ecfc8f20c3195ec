import type { ExchangeRecord } from "./exchange-record.ts";

/**
 * For how long no byte has gone either way. Asked at each sweep of the deadlines, so that no byte
 * costs anything; late by one sweep, never early.
 */
export class IdleWatch {
  #movedBytes = -1;
  #movedMs = 0;

  /** `isHeldUp`: by ourselves, which does not count. */
  idleMs(
    { bytesSent, bytesReceived, readyMs }: ExchangeRecord,
    { nowMs, isHeldUp }: { readonly nowMs: number; readonly isHeldUp: boolean },
  ): number {
    const bytes = bytesSent + bytesReceived;
    if (isHeldUp || bytes !== this.#movedBytes) {
      this.#movedBytes = bytes;
      this.#movedMs = nowMs;
    }
    // The exchange before may have been of as many bytes.
    return nowMs - Math.max(this.#movedMs, readyMs);
  }
}
