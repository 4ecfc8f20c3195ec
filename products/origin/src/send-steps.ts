import type { CancelTimer, Clock } from "@breakwater/clock";
import type { AnswerBody, Exchange } from "@breakwater/http-server";

/** Bytes to write, or milliseconds to wait; undefined at the end. */
export type Step = Uint8Array | number | undefined;

export interface SendTools {
  readonly clock: Clock;
  /** Calls back in a later turn of the event loop, after what is due there: setImmediate. */
  readonly soon: (run: () => void) => void;
}

/** About 0.3 ms of writing, after which other connections have their turn. */
const MAX_TURN_BYTES = 2 ** 20;
/** What a write costs whatever its size, in bytes that could have been sent instead. */
const WRITE_COST_BYTES = 4096;

/**
 * Writes what `next` gives as fast as the client takes it, and ends the answer; stops where the
 * client goes away. HEAD gets no body.
 *
 * Hot path: /bin/10G. A client may be so fast that write() never says false, so that the loop
 * itself has to let others in.
 */
export function sendSteps(
  exchange: Exchange,
  body: AnswerBody,
  { next, clock, soon }: SendTools & { readonly next: () => Step },
): void {
  if (exchange.request.method === "HEAD") {
    body.end();
    return;
  }
  let isGone: boolean = false;
  let cancel: CancelTimer = () => {};
  exchange.onAbort(() => {
    isGone = true;
    cancel();
  });
  const run = (): void => {
    for (let turnBytes = 0; turnBytes < MAX_TURN_BYTES; ) {
      if (isGone) return;
      const step = next();
      if (step === undefined) {
        body.end();
        return;
      }
      if (typeof step === "number") {
        cancel = clock.at(clock.nowMs() + step, run);
        return;
      }
      if (!body.write(step)) return;
      turnBytes += step.length + WRITE_COST_BYTES;
    }
    soon(run);
  };
  body.onDrain(run);
  run();
}

/** The steps of bytes that are there already: in parts, so that a slow client holds back little. */
export function bytesInParts(bytes: Uint8Array): () => Step {
  let at = 0;
  return () => {
    if (at === bytes.length) return undefined;
    const part = bytes.subarray(at, at + MAX_PART_BYTES);
    at += part.length;
    return part;
  };
}

const MAX_PART_BYTES = 2 ** 18;
