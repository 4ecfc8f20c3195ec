import type { Answer } from "./exchange.ts";

/**
 * An answer that is given again and again, so that each protocol encodes it once.
 *
 * Hot path: /health and small bodies. The encodings are the protocols' own; HTTP/1.1 makes its anew
 * when the Date changes.
 */
export class PreparedAnswer {
  readonly answer: Answer;
  /** HTTP/1.1's head and body with the date of that second, for a connection that stays open. */
  http1: Uint8Array | undefined;
  http1DateSecond = 0;
  /** HTTP/2's header block without its date. */
  http2Block: Uint8Array | undefined;
  /** The body as bytes. */
  readonly body: Uint8Array;

  constructor(answer: Answer) {
    this.answer = answer;
    this.body =
      typeof answer.body === "string"
        ? new TextEncoder().encode(answer.body)
        : (answer.body ?? new Uint8Array(0));
  }
}
