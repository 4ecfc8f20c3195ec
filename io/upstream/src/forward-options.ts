import type { Field } from "@breakwater/wire";

/** What one exchange wants of its forwarding. Called as methods, so that it can be a class. */
export interface ForwardOptions {
  /**
   * Sent with the request, each in place of what the client sent by that name: x-request-id.
   * Hop-by-hop fields and those that frame the body are not to be among them.
   */
  readonly fields?: readonly Field[];
  readonly forwarded: ForwardedPolicy;
  /** Fields to add to the upstream's answer, before its head. */
  onHead?(status: number): readonly Field[] | undefined;
  /**
   * There was no connection, so that nothing was sent: true takes the exchange back, to forward it
   * elsewhere, and then no more is told of it here.
   */
  onUnsent?(failure: UnsentFailure): boolean;
  /** Answers in the upstream's stead; before onDone(). */
  respondFailure(failed: FailedForward): void;
  /** Told once, when the exchange is over: its answer handed over to its end, or given up. */
  onDone(result: ForwardResult): void;
}

/** What the upstream is told of the client, and whether the client is believed. */
export interface ForwardedPolicy {
  /**
   * "append": the client is a proxy we believe: what it says is kept, and X-Forwarded-For grows by
   * its address. "replace": all that it says is dropped, the upstream hears what we saw.
   */
  readonly mode: "append" | "replace";
  /** Also Forwarded (RFC 7239), which is otherwise treated like the rest and not added to. */
  readonly standard: boolean;
  /** Our name in Via, both ways (RFC 9110 7.6.3); undefined for none. */
  readonly via: string | undefined;
}

export type ForwardResult =
  | {
      readonly kind: "answered";
      /** 101 for a WebSocket, told when that is closed. */
      readonly status: number;
      /** From forward() until the answer's head had come. */
      readonly ttfbMs: number;
      /** Of the answer's body, handed over to the client. */
      readonly bytes: number;
    }
  | {
      readonly kind: "failed";
      readonly failure: ForwardFailure;
      /** What the client was told; 0 if an answer had begun, which was then cut short. */
      readonly status: number;
    }
  /** The client went away. */
  | { readonly kind: "aborted" };

/** What a client may be told: nothing of where the upstream is, or how it is built. */
export interface FailedForward {
  readonly status: number;
  readonly code: ForwardFailure;
  /** A sentence for people. */
  readonly detail: string;
}

export type UnsentFailure = "full" | "connect" | "connect_timeout";

/** Why the upstream gave no whole answer. */
export type ForwardFailure =
  /** As many connections as may be are open and busy; or none came about. */
  | UnsentFailure
  | "head_timeout"
  /** The connection broke before the answer's head. */
  | "reset"
  /** The answer is not HTTP/1.1, or beyond a limit. */
  | "bad_answer"
  /** The answer's body ended, broke or stood still before it was whole. */
  | "body_cut"
  /** Not the upstream's: it is no request that can be forwarded, such as CONNECT. */
  | "bad_request";
