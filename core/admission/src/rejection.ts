/** Why a request was not admitted. Closed: each edge maps every reason to a status. */
export type RejectionReason =
  /** As many are in flight as may be, and there is no queue. */
  | "limit"
  | "queue_full"
  /** It waited as long as it may, or its deadline came. */
  | "queue_timeout"
  /** CoDel: the queue has stood for too long, and this one stood in it. */
  | "queue_delay"
  /** Others are more important while there is not enough for all. */
  | "priority"
  /** Its key, or its partition, has its share in flight. */
  | "share"
  /** A rate limit. */
  | "rate"
  /** The process itself is under pressure: loop delay, memory, CPU. */
  | "pressure"
  | "draining"
  /** Whoever asked has gone. */
  | "aborted";

/** Not admitted. A value: shedding load must cost next to nothing. */
export interface Rejection {
  readonly admitted: false;
  readonly reason: RejectionReason;
  /** When it may be worth asking again; 0 when nobody can tell. */
  readonly retryAfterMs: number;
  /** The limiter's name. */
  readonly limiter: string;
  readonly partition: string | undefined;
}
