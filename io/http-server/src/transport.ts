import type { Clock } from "@breakwater/clock";
import type { Connection, Exchange, Handler } from "./exchange.ts";
import type { AnswerRecord, ServerLimits } from "./http-server.ts";

/** A socket as the protocol on it sees it: plain or TLS, PROXY header taken off. */
export interface Transport {
  readonly connection: Connection;
  /**
   * Sends, and keeps what the kernel does not take: not copied, so nobody may change it. True when
   * nothing is kept. Text is sent as latin1 or ASCII: what is beyond comes as bytes.
   *
   * Hot path. Who writes many small things at once joins them first: each call is a system call.
   */
  write(bytes: Uint8Array | string): boolean;
  /** A head and its body: one system call, and the body copied, where both are small. */
  writeJoined(head: string, body: Uint8Array): boolean;
  /** What is kept. A protocol that lets it grow beyond `maxUnsentBytes` resets the connection. */
  readonly unsentBytes: number;
  /** Nothing more is read until resume(): the client is slowed down by TCP. */
  pause(): void;
  resume(): void;
  /** Closes after what was written. */
  end(): void;
  /** TCP RST. */
  reset(): void;
  /** So many bytes of a body are still to come: the kernel may hand over larger pieces. */
  expect(bodyBytes: number): void;
}

/** One connection's protocol: between its transport's events and the exchanges. */
export interface ProtocolConnection {
  /** The bytes may be used again after the call. */
  onData(bytes: Uint8Array): void;
  /** What was kept has been sent. */
  onDrain(): void;
  /** The client will send no more, but may still listen. */
  onEnd(): void;
  /** The socket is gone; nothing is told after that. */
  onClose(): void;
  /** Every second or so: closes the connection if it has been idle, or stuck, for too long. */
  sweep(nowMs: number): void;
  /** The server's context says that it is stopping: tell the client as the protocol can. */
  announceStop(): void;
  /** Close now if no exchange is under way, else as soon as none is. */
  finish(): void;
  /** Reset now. */
  cut(): void;
}

/** Makes the protocol of a new connection. `first`: the bytes it begins with, also onData()'s. */
export type ProtocolFactory = (transport: Transport, context: ServerContext) => ProtocolConnection;

/** What all connections of a server share. */
export interface ServerContext {
  readonly handler: Handler;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly onAnswer: ((record: AnswerRecord) => void) | undefined;
  /** See HttpServerOptions. */
  readonly leavesHalfClosed: boolean;
  /** The value of Alt-Svc on all answers, where HTTP/3 is offered as well. */
  readonly altSvc: string | undefined;
  /** Answers are to ask their clients to close. */
  isStopping: boolean;
  /** Exchanges that have a head and no complete answer; each protocol counts its own in and out. */
  inFlight: number;
  /** By each answer given; a drain waits until it stands still. */
  answered: number;
}

/** Calls the handler; `fail` is called if it throws or rejects, after onError. */
export function runHandler(context: ServerContext, exchange: Exchange, fail: () => void): void {
  const failed = (error: unknown): void => {
    context.onError(error);
    fail();
  };
  try {
    const later = context.handler(exchange);
    if (later !== undefined) later.catch(failed);
  } catch (error) {
    failed(error);
  }
}
