import type { Field, ReceivedRequest } from "@breakwater/wire";
import type { PreparedAnswer } from "./prepared-answer.ts";

/**
 * One request and its answer, whatever protocol it came by.
 *
 * Each is answered once: by respond(), begin(), takeOver() or reset(). What comes after that, and
 * what comes when the client has gone, is ignored.
 */
export interface Exchange {
  readonly request: ReceivedRequest;
  readonly connection: Connection;
  /**
   * Reads the request's body; at most once. Its client is then asked to go on, if it waits for that
   * (Expect: 100-continue). Without a body, the end is told at once, within the call. A body that
   * nobody reads is skipped after the answer, or its connection closed if it is long.
   */
  readBody(reader: BodyReader): void;
  /** Slows a client down whose body comes faster than it is used. A little may still be told. */
  pauseBody(): void;
  resumeBody(): void;
  /**
   * An answer before the answer, 100 to 199 but 101 (RFC 9110 15.2). False where the protocol or
   * the runtime has none: HTTP/1.0, HTTP/3.
   */
  interim(status: number, fields?: readonly Field[]): boolean;
  /** The whole answer at once. */
  respond(answer: Answer | PreparedAnswer): void;
  /** The answer's head now, its body as it comes. */
  begin(head: AnswerHead): AnswerBody;
  /**
   * HTTP/1.1 only, else undefined: the bare connection, from the end of the request's head on.
   * Nothing else is sent on it, and it is closed when the wire says so.
   */
  takeOver(reader: WireReader): Wire | undefined;
  /** Ends the exchange as a failing server would: TCP RST in HTTP/1.1, else the stream's reset. */
  reset(): void;
  /** Called once if the client goes away, or the server cuts it, before the answer is complete. */
  onAbort(gone: () => void): void;
}

export interface Connection {
  /** The client, as "192.0.2.7:40312": by PROXY protocol's word where that is spoken. */
  readonly source: string;
  /** Where the client connected to. */
  readonly destination: string;
  readonly isTls: boolean;
}

/** Told of the request's body, in order; nothing after onEnd() or onAbort(). */
export interface BodyReader {
  /** The next part, never empty. The bytes may be used again after the call: copy what is kept. */
  onData(bytes: Uint8Array): void;
  onEnd(trailers: readonly Field[]): void;
  /** The body will not come to its end: it is malformed or too long, or the client has gone. */
  onAbort(): void;
}

export interface AnswerHead {
  /** 200 to 599. */
  readonly status: number;
  /** The reason of HTTP/1.1's status line; the registered one if left out. */
  readonly reason?: string;
  /**
   * Whatever the handler knows. Date is added, and what frames the body, so that neither
   * Content-Length nor Transfer-Encoding nor Connection belongs here (but HEAD's and 304's length).
   */
  readonly fields?: readonly Field[];
  /** For begin(): the body's bytes; undefined when not known, so that it goes out in chunks. */
  readonly contentLength?: number | undefined;
}

export interface Answer extends Omit<AnswerHead, "contentLength"> {
  /** Text as UTF-8. Left out for HEAD, 204 and 304, whatever is given. */
  readonly body?: string | Uint8Array;
}

/** An answer's body as it is made. */
export interface AnswerBody {
  /**
   * Takes the bytes, which nobody may change until they are sent: they are not copied if they can
   * be sent at once. True: more, please. False: the client is slower, so wait for onDrain(); what
   * comes sooner is kept, and beyond the limit of unsent bytes the exchange is cut.
   */
  write(bytes: Uint8Array): boolean;
  /** Who is to be called when there is room again after a write() that said false. */
  onDrain(drained: () => void): void;
  /** Ends the answer. Trailers go where the protocol can send them: not in HTTP/1.0. */
  end(trailers?: readonly Field[]): void;
  /**
   * Sends what was written and breaks off there, so that the client has a body cut short: by a FIN
   * in HTTP/1.1, by the stream's reset otherwise.
   */
  abort(): void;
}

/** A connection's bytes as they are. */
export interface Wire {
  /** As AnswerBody.write(), text as UTF-8. */
  write(bytes: Uint8Array | string): boolean;
  onDrain(drained: () => void): void;
  /** What was written and the client does not take yet, without what the kernel keeps. */
  readonly unsentBytes: number;
  /** Nothing more is told until resume(): the client is slowed down by TCP. */
  pause(): void;
  resume(): void;
  /** Closes after what was written. */
  end(): void;
  /** Closes at once, by TCP RST. */
  reset(): void;
}

export interface WireReader {
  /** What the client sends after its request's head. The bytes may be used again after the call. */
  onData(bytes: Uint8Array): void;
  /** The client sends no more. Left out, the connection closes after what was written. */
  onEnd?(): void;
  /** The server is about to stop: a protocol that can say so to its client does. */
  onStop?(): void;
  /** The connection is closed, by whomever. Told once. */
  onClose(): void;
}

/**
 * Answers an exchange, now or later. If it throws, or its promise rejects, the client is told 500,
 * or is cut off if its answer has begun, and the server's onError hears of it.
 */
export type Handler = (exchange: Exchange) => void | Promise<void>;
