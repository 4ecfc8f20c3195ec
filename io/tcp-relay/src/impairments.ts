/**
 * What is wrong with one direction of the network; what is left out is in order. The words are
 * toxiproxy's and tc netem's.
 */
export interface Impairments {
  /** Every byte comes so much later. */
  readonly latencyMs?: number | undefined;
  /** The latency varies by up to so much either way; what was sent first still comes first. */
  readonly jitterMs?: number | undefined;
  /** What passes, per connection and direction. */
  readonly bytesPerSecond?: number | undefined;
  /** What comes is passed on in pieces of at most so many bytes. */
  readonly sliceBytes?: number | undefined;
  /** Between a piece and the next. */
  readonly sliceDelayMs?: number | undefined;
  /** 0 to 1: that a read is lost and both ends of its connection are reset. */
  readonly resetChance?: number | undefined;
  /**
   * 0 to 1: that a new connection gets no answer at all. Of a relay's two directions the larger
   * one counts.
   */
  readonly dropChance?: number | undefined;
  /** How much later an end is told of the other's closing. */
  readonly slowCloseMs?: number | undefined;
  /** Nothing passes; so long after it was set the connection is closed. 0: it never is. */
  readonly timeoutMs?: number | undefined;
  /** Both ends are reset so long after it was set. */
  readonly resetPeerMs?: number | undefined;
  /** The connection is closed after so many bytes, counted from when it was set. */
  readonly limitBytes?: number | undefined;
}

/** From the client to the upstream, and back. */
export type Direction = "up" | "down";
