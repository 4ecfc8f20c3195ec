import type { Clock } from "@breakwater/clock";
import type { RunningServer } from "@breakwater/server";
import { readBody } from "./read-body.ts";
import { uriOf } from "./uri.ts";

/** A request as the origin saw it: the JSON that most of its answers are made of. */
export interface Description {
  readonly _myhostname: string;
  /** Path and query, with dot segments resolved. */
  readonly uri: string;
  readonly method: string;
  /** Names in lower case; the values of a name that came several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content_type: string;
  /** The first MiB, with a replacement for what is not UTF-8. */
  readonly body: string;
  /** All of it, in bytes. */
  readonly body_size: number;
  readonly source_addr: string;
  /** What the origin listens on: Bun does not tell which of its addresses a connection came to. */
  readonly destination_addr: string;
  /** From when the request's head had come until its answer was made. */
  readonly duration_ms: number;
  readonly status_code: number;
}

/** Reads the body to its end, then describes the request and the answer that it will get. */
export type Describe = (request: Request, options: DescribeOptions) => Promise<Description>;

export interface DescribeOptions {
  readonly statusCode: number;
  /** When the handler began, by the clock; now, where nothing else was done before. */
  readonly startedMs?: number;
}

export interface DescriberOptions {
  readonly clock: Clock;
  readonly myHostname: string;
  /** The server, which does not exist yet when its handlers are made. */
  readonly server: () => Pick<RunningServer, "address" | "sourceOf">;
}

const MAX_KEPT_BYTES = 2 ** 20;

export function describer({ clock, myHostname, server }: DescriberOptions): Describe {
  return async (request, { statusCode, startedMs = clock.nowMs() }) => {
    // Before the body: a client that has gone meanwhile has no address any more.
    const sourceAddress = server().sourceOf(request);
    const body = await readBody(request, MAX_KEPT_BYTES);
    return {
      _myhostname: myHostname,
      uri: uriOf(request),
      method: request.method,
      headers: Object.fromEntries(request.headers),
      content_type: request.headers.get("content-type") ?? "",
      body: body.text,
      body_size: body.bytes,
      source_addr: sourceAddress,
      destination_addr: server().address,
      duration_ms: Math.round((clock.nowMs() - startedMs) * 1000) / 1000,
      status_code: statusCode,
    };
  };
}
