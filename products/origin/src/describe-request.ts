import type { Clock } from "@breakwater/clock";
import type { Exchange, ReceivedRequest } from "@breakwater/http-server";
import { perHead } from "./per-head.ts";
import type { ReadOptions, ReceivedBody } from "./read-body.ts";

/** Of a body more is counted, but neither kept nor described. */
export const described: ReadOptions = { maxKeptBytes: 2 ** 20 };

/**
 * A request as the origin saw it, in JSON: what most answers are made of.
 *
 * The keys and their order: `_myhostname`, `uri` (as sent), `method`, `headers` (names as sent; the
 * values of one that came several times joined by ", " under its first spelling), `content_type`,
 * `body` (of what is not UTF-8, U+FFFD), `body_size` in bytes, `body_truncated` (true, or absent),
 * `source_addr`, `destination_addr`, `duration_ms` (from when the head had come until now),
 * `status_code`, and `more`.
 */
export type Describe = (exchange: Exchange, body: ReceivedBody, options: DescribeOptions) => string;

export interface DescribeOptions {
  readonly statusCode: number;
  /** When the handler was called, by the clock. */
  readonly startedMs: number;
  /** Keys that follow, one or more, in this order. */
  readonly more?: Readonly<Record<string, string | number>> | undefined;
}

export interface DescriberOptions {
  readonly clock: Clock;
  readonly myHostname: string;
}

/** Hot path: 0.3 µs for a request without a body whose head is known. */
export function describer({ clock, myHostname }: DescriberOptions): Describe {
  const start = `{"_myhostname":${JSON.stringify(myHostname)},"uri":`;
  const headOf = perHead((request) => start + describeHead(request));
  return ({ request, connection }, body, { statusCode, startedMs, more }) => {
    const text = body.bytes === 0 ? '""' : JSON.stringify(body.text);
    const cut = body.isCut ? ',"body_truncated":true' : "";
    const tookMs = Math.round((clock.nowMs() - startedMs) * 1000) / 1000;
    const rest = more === undefined ? "}" : `,${JSON.stringify(more).slice(1)}`;
    return `${headOf(request)}${text},"body_size":${body.bytes}${cut},"source_addr":${JSON.stringify(
      connection.source,
    )},"destination_addr":${JSON.stringify(
      connection.destination,
    )},"duration_ms":${tookMs},"status_code":${statusCode}${rest}`;
  };
}

function describeHead(request: ReceivedRequest): string {
  const { target, method } = request;
  const type = JSON.stringify(request.header("content-type") ?? "");
  return `${JSON.stringify(target)},"method":${JSON.stringify(method)},"headers":${headersOf(
    request,
  )},"content_type":${type},"body":`;
}

/** Written by hand because an object would put a header named "1" first, and lose "__proto__". */
function headersOf(request: ReceivedRequest): string {
  const known = new Map<string, [name: string, value: string]>();
  for (const [name, value] of request.headers()) {
    const same = known.get(name.toLowerCase());
    if (same === undefined) known.set(name.toLowerCase(), [name, value]);
    else same[1] += `, ${value}`;
  }
  const pairs = [...known.values()].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${pairs.join(",")}}`;
}
