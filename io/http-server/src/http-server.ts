import type { Clock } from "@breakwater/clock";
import type { Place } from "@breakwater/tcp-listener";
import type { Handler } from "./exchange.ts";

export interface HttpServerOptions extends Place {
  readonly handler: Handler;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  /** With it, the port speaks TLS, and HTTP/2 is agreed on by ALPN. */
  readonly tls?: TlsIdentity | undefined;
  /**
   * Also HTTP/3 on the UDP port of the same number; needs `tls`. Answers on TCP then say so
   * (Alt-Svc).
   */
  readonly http3?: boolean;
  /** Every connection begins with a PROXY protocol header, version 1 or 2; others are closed. */
  readonly proxyProtocol?: boolean;
  /** Several processes may listen on the port, and the kernel spreads connections over them. */
  readonly reusePort?: boolean;
  /**
   * A client that closes its half before it has its answer has gone, as nearly all have
   * that do so: its handler is told, and nobody works for it. Left out, it is answered.
   */
  readonly leavesHalfClosed?: boolean;
  /** A handler threw: its client was told 500 and nothing else. */
  readonly onError: (error: unknown) => void;
  /** Told of every answer when it is complete, or will never be. */
  readonly onAnswer?: ((record: AnswerRecord) => void) | undefined;
}

/** A certificate (chain) and its key, in PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface ServerLimits {
  /** Of the request line, the header lines and the blank line; 431 beyond. */
  readonly maxHeadBytes: number;
  /** Header lines; 431 beyond. */
  readonly maxHeaders: number;
  /** 413 beyond; Infinity for none. */
  readonly maxBodyBytes: number;
  /** At once, over all protocols; one more is closed, after a 503 where it is plain HTTP/1. */
  readonly maxConnections: number;
  /** HTTP/2's concurrent streams on a connection. */
  readonly maxStreams: number;
  /**
   * A connection on which nothing moves for so long, while no handler owes an answer, is closed; so
   * is one whose request's head takes longer. A body or an answer that stands still for so long
   * because of the client is cut, too. 0 for never.
   */
  readonly idleTimeoutMs: number;
  /** What one connection may hold that its client does not take. */
  readonly maxUnsentBytes: number;
}

export interface AnswerRecord {
  readonly protocol: string;
  readonly method: string;
  readonly target: string;
  readonly source: string;
  /** 0 if none was sent. */
  readonly status: number;
  /** Of the body, without framing; what was handed to the kernel. */
  readonly bodyBytes: number;
  /** From when the head had come until the last byte was handed over. */
  readonly tookMs: number;
  /** The client went away, or the server cut it, before the end. */
  readonly isAborted: boolean;
}

export interface StopOptions {
  /** How long what is in flight may take; 0 cuts it at once, also while an earlier stop waits. */
  readonly graceMs: number;
}

/** What the server counts, since it began. */
export interface ServerCounts {
  readonly openConnections: number;
  readonly acceptedConnections: number;
  readonly requestsInFlight: number;
}

export interface RunningHttpServer extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: URL;
  readonly port: number;
  /** Clients that were here before may send their request with their SYN (RFC 7413). */
  readonly tcpFastOpen: boolean;
  counts(): ServerCounts;
  /**
   * From now on answers ask their clients to close (Connection: close, GOAWAY), but new
   * connections are still taken: for a balancer to notice. Harmless when repeated.
   */
  announceStop(): void;
  /** Drains: announces, stops listening, lets what is in flight finish within the grace. */
  stop(options: StopOptions): Promise<void>;
}
