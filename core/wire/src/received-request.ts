import type { Field } from "./field.ts";

export type Protocol = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0" | "HTTP/3.0";

/** A request's head. Equal heads may share one: nothing of a single request is in it. */
export interface ReceivedRequest {
  readonly protocol: Protocol;
  /** As sent: methods are case-sensitive. */
  readonly method: string;
  /** What was asked for, as sent: "/bin/1K?chunked=true". */
  readonly target: string;
  /** The target up to its "?", as sent; never empty. Of an absolute target its path. */
  readonly path: string;
  /** What follows the "?", without it; empty when there is none. */
  readonly query: string;
  /** The Host, or HTTP/2's :authority; empty if not sent. */
  readonly authority: string;
  /** As the header says; undefined when it says nothing. */
  readonly contentLength: number | undefined;
  /** Whether a body follows, which may still be of no bytes. */
  readonly hasBody: boolean;
  /** Names as sent (HTTP/2: in lower case, and without pseudo-fields), in order. */
  headers(): readonly Field[];
  /** The values of that name joined by ", ". */
  header(lowerCaseName: string): string | undefined;
  /**
   * Room for what whoever answers works out from the head, such as its route and parameters: it is
   * then worked out once for all requests that are alike.
   */
  memo: unknown;
}
