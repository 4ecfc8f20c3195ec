import { Http2Error, http2Code } from "@breakwater/wire";

/**
 * Streams that were reset or refused, beyond those that were answered (CVE-2023-44487, and by our
 * own resets CVE-2025-8671). A proxy whose clients go away all at once stays below.
 */
const MAX_RESETS = 1000;
const RESETS_PER_SWEEP = 100;
/** Frames that move nothing: PING, SETTINGS, PRIORITY, empty DATA, unknown ones. */
const MAX_IDLE_FRAMES = 10_000;
const IDLE_FRAMES_PER_SWEEP = 1000;

/** Counts what a client can make us do for next to nothing. */
export class FloodGuard {
  #resets = 0;
  #idleFrames = 0;

  /** @throws Http2Error */
  noteReset(): void {
    this.#resets += 1;
    if (this.#resets > MAX_RESETS) {
      throw new Http2Error(http2Code.enhanceYourCalm, "it resets stream after stream");
    }
  }

  /** Who asks and takes the answer may also reset, or ping. */
  noteAnswer(): void {
    if (this.#resets > 0) this.#resets -= 1;
    if (this.#idleFrames > 0) this.#idleFrames -= 1;
  }

  /** @throws Http2Error */
  noteIdleFrame(): void {
    this.#idleFrames += 1;
    if (this.#idleFrames > MAX_IDLE_FRAMES) {
      throw new Http2Error(http2Code.enhanceYourCalm, "it sends frame after frame of nothing");
    }
  }

  /** Every second or so. */
  forgive(): void {
    this.#resets = Math.max(0, this.#resets - RESETS_PER_SWEEP);
    this.#idleFrames = Math.max(0, this.#idleFrames - IDLE_FRAMES_PER_SWEEP);
  }
}
