import { parseQuery, type Query } from "./uri.ts";

/** A request as it came, read as far as authentication and routing both need it. */
export interface S3Request {
  readonly method: string;
  /** As on the wire: still encoded, with its "." and "..". */
  readonly path: string;
  readonly query: Query;
  readonly headers: S3Headers;
}

/** What of the Web's Headers is used: one value for a name in any case, each byte a character. */
export interface S3Headers {
  get(name: string): string | null;
  keys(): Iterable<string>;
}

/** Throws S3Error (InvalidURI). `target` is path and query, exactly as the client sent them. */
export function parseRequest(received: ReceivedRequest): S3Request {
  const { method, target, headers } = received;
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  return { method, path, query: mark < 0 ? [] : parseQuery(target.slice(mark + 1)), headers };
}

export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: S3Headers;
}
