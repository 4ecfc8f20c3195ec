/**
 * One attempt of one request to the store, as it was on the wire. Times are of the store's clock.
 */
export interface ObservedCall {
  /** S3's name: "PutObject". */
  readonly operation: string;
  readonly key: string | undefined;
  /** 1, or more when it was tried again. */
  readonly attempt: number;
  /** When it asked for a connection. */
  readonly startedMs: number;
  /** Until a connection was ready, the wait for one of maxConnections included. */
  readonly blockedMs: number;
  /** From the request sent to the first byte of the answer. */
  readonly waitingMs: number;
  readonly endedMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly isReused: boolean;
  /** 0 when there was no answer. */
  readonly status: number;
  /** S3's code, the status without one, or our own ("timeout"); undefined when it went well. */
  readonly errorCode: string | undefined;
}
