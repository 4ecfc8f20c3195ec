/** What a measurement's clients are to do. */
export interface Load {
  readonly kind: "direct" | "broadcast" | "idle" | "storm";
  readonly port: number;
  readonly seconds: number;
  /** Clients that receive; each has a sender of its own where messages are direct. */
  readonly receivers: number;
  /** Messages under way at once, of each sender; in a storm: that wait for each receiver. */
  readonly window: number;
  /** Recipients acknowledge, and senders go on when they have a receipt. */
  readonly acks: boolean;
}

/** What they counted. */
export interface Counted {
  readonly perSecond: number;
  readonly receipts: number;
  readonly dropped: number;
}
