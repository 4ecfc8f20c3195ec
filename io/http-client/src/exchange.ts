import type { ResponseHead } from "@breakwater/wire";
import type { CollectedBody } from "./collected-body.ts";
import type { Failure } from "./failure.ts";
import type { Origin } from "./parse-url.ts";

/**
 * "auto": over TLS what the server chooses by ALPN, HTTP/2 if it can; else HTTP/1.1. "2" is offered
 * alone over TLS, and taken for granted without.
 */
export type HttpVersion = "auto" | "1.1" | "2" | "3";

export interface OutgoingRequest {
  readonly origin: Origin;
  readonly method: string;
  /**
   * The complete head for HTTP/1.1; with the body behind it when that is small, so that one write
   * sends both, unless `httpVersion` lets the request go out as something else.
   */
  readonly head: Uint8Array;
  /** "1.1" when left out. Another needs `fields`, `path` and `authority`. */
  readonly httpVersion?: HttpVersion;
  /** The head's fields, in whatever case. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly path?: string;
  /** What the Host header says. */
  readonly authority?: string;
  /**
   * A body that is not in `head`. A stream is sent in chunks, so its head must say
   * `Transfer-Encoding: chunked`; of bytes, which are not copied, the head must give the
   * Content-Length.
   */
  readonly body?: ReadableStream<Uint8Array> | Uint8Array;
  /**
   * How long a body that is a stream is, when that is known: it goes out as it is, its head must
   * give the Content-Length, and the request fails if the stream gives fewer bytes or more.
   */
  readonly bodyBytes?: number;
  /** False: the response's body is counted and dropped, unless there is a receiver. */
  readonly collectBody: boolean;
  /** Gets the response's body as it comes, if that is not collected. HTTP/1.1 only. */
  readonly receiver?: BodyReceiver;
  /** From when the request is sent; no limit of its own when left out. */
  readonly firstByteTimeoutMs?: number;
  /** From send() to the end of the response; Infinity for none. */
  readonly timeoutMs: number;
  /**
   * For how long nothing may go either way on the connection; no limit when left out. Does not
   * count while the receiver has it paused or the body's stream is waited for. HTTP/1.1 only.
   */
  readonly idleTimeoutMs?: number;
}

/**
 * Takes a response's body as it comes. Called from within the socket's handler: what it throws ends
 * the process.
 */
export interface BodyReceiver {
  /** `flow` is good until onEnd is called. */
  onHead(head: ResponseHead, flow: BodyFlow): void;
  /** The bytes from `from` up to `to`; the chunk is not used again, so a view of it may be kept. */
  onBody(chunk: Uint8Array, from: number, to: number): void;
}

/** What the receiver does to the connection. Each is harmless when it is done already or over. */
export interface BodyFlow {
  /** Nothing more is read from the connection; what was read already still comes. */
  pause(): void;
  resume(): void;
  /** Closes this connection; the request fails as "interrupted", a little later. */
  cancel(): void;
}

export interface ExchangeListener {
  /**
   * Called once for each send(), after it has returned. Read the exchange before sending the next
   * request: its connection fills in the same object again. `head` and `body` may be kept.
   */
  onEnd(exchange: Exchange): void;
}

/**
 * Everything known about one request when it has ended. `head.protocol` says what it went over; of
 * HTTP/3 little can be known: see Http3Exchange.
 *
 * Its times are in ms and complete: blocked + sending + waiting + receiving = ended - started, also
 * of a failure, whose last time is that of the stage it failed in.
 */
export interface Exchange {
  readonly request: OutgoingRequest;
  readonly startedMs: number;
  readonly endedMs: number;
  /**
   * Until a connection was ready; of a new one this includes the wait for a turn, lookup, connect,
   * a proxy's answer and TLS.
   */
  readonly blockedMs: number;
  /** This and the next two are 0 on a connection used before. */
  readonly lookingUpMs: number;
  readonly connectingMs: number;
  readonly tlsHandshakingMs: number;
  /** Until the kernel had taken all, or the response began before that. */
  readonly sendingMs: number;
  /** Until the response's first byte, be it of an interim response. */
  readonly waitingMs: number;
  /** Until its last byte: 0 when all came in one read. */
  readonly receivingMs: number;
  /** Also of a failure that came after it. */
  readonly head: ResponseHead | undefined;
  /** After removing the chunks' framing. */
  readonly bodyBytes: number;
  /** With collectBody, when there was any; unchanged afterwards. */
  readonly body: CollectedBody | undefined;
  readonly failure: Failure | undefined;
  /** This and the next three are undefined when no connection was made. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  /** As k6 writes it: "tls1.3". */
  readonly tlsVersion: string | undefined;
  /** IANA's name: "TLS_AES_128_GCM_SHA256". */
  readonly tlsCipher: string | undefined;
  /**
   * On the connection, heads and framing included; of TLS what it carries. Both attempts, where
   * there were two.
   */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Whether another request went over the connection before. */
  readonly isReused: boolean;
}
