import type { Exchange } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";

/**
 * One request of a service and its answer: an exchange, and what the stages of the service know of
 * it. Its answer carries the fields that stages have set.
 */
export interface Call extends Exchange {
  /** Known by the client's X-Request-ID if that is sound, else made up. On every answer. */
  readonly id: string;
  /** By the service's clock: when its head had come. */
  readonly startedMs: number;
  /** The client's address without its port, as the proxies that are trusted tell it. */
  readonly clientIp: string;
  /** What answers it, matched before the first stage. */
  readonly route: MatchedRoute;
  /** Aborted when the client goes or the call is given up (time is over). Made when first asked. */
  readonly signal: AbortSignal;
  /** An answer was given or has begun, or the client has gone: what comes after is ignored. */
  readonly isAnswered: boolean;
  /** Who asks, once a stage has found out: a token's subject, an API key's owner. */
  readonly user: string | undefined;
  /** What the user's token says. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  identify(user: string, claims: Readonly<Record<string, unknown>>): void;
  /**
   * The answer will have that field, unless the handler or a later stage says that name itself.
   * The name is in lower case.
   */
  setField(name: string, value: string): void;
  /** The same for several at once, which must not change afterwards. */
  setFields(fields: readonly Field[]): void;
  /** Adds to the answer's Vary (RFC 9110 12.5.5), whatever else is said there. */
  vary(name: string): void;
  /**
   * Told once: when the answer was handed over in full, or will never be. With an upgrade
   * (takeOver) when the connection closes. At once if it is over.
   */
  onEnd(listener: (end: CallEnd) => void): void;
  /** Ends the work on it: aborts the signal. Whoever calls this answers, or has answered. */
  giveUp(reason: string): void;
}

export interface CallEnd {
  /** 0 if none was sent. 101 of an upgrade. */
  readonly status: number;
  /** Of the body before compression. */
  readonly bodyBytes: number;
  /** The client went away, or the answer was cut. */
  readonly isAborted: boolean;
  /** From when the head had come. */
  readonly tookMs: number;
}

export interface MatchedRoute {
  /** As it was declared: "/api/users/:id"; "unmatched" if none fits. Few, so good for labels. */
  readonly pattern: string;
  /** What the pattern's names stand for, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Never shed, for it tells whether the service lives: health checks. */
  readonly isCritical: boolean;
  /** 0 is the most important; undefined: as usual. */
  readonly priority: number | undefined;
  /** Answers it, when all stages have let it pass. */
  readonly handler: CallHandler;
}

/** Answers a call, now or later. What it throws costs its client a 500 and nobody else anything. */
export type CallHandler = (call: Call) => void | Promise<void>;

/** A part of what happens to every call: it answers itself, or leaves it to the next. */
export type Stage = (next: CallHandler) => CallHandler;
