import type { CancelTimer, Clock } from "@breakwater/clock";
import type { Exchange, RouteHandler } from "@breakwater/http-server";
import { described } from "../describe-request.ts";
import { jsonFields } from "../json-fields.ts";
import { checked, parseWhole } from "../parameter.ts";
import { readBody } from "../read-body.ts";
import type { RouteDoc } from "../route-doc.ts";
import type { DescribingTools } from "./echo.ts";

const ms = { name: "ms", meaning: "milliseconds up to 3600000, an hour" };

export const delayDoc: RouteDoc = {
  path: "/delay/:ms",
  summary: "The request as JSON, so long after its end has come.",
  params: [ms],
  examples: ["/delay/100"],
};

export const slowReadDoc: RouteDoc = {
  path: "/delay/:ms/:readMs",
  summary:
    "As above, and the request's body is read slowly: after each part of up to 64 KiB the origin sleeps and reads nothing, so that the client is held up. The JSON has read_delay_ms, read_chunks and total_read_time_ms.",
  params: [ms, { name: "readMs", meaning: "milliseconds per part, up to 3600000" }],
  examples: ["/delay/0/50"],
};

/** An hour. */
const limits = { max: 3_600_000, of: "milliseconds" };
const READ_BYTES = 65_536;

/** ANY /delay/:ms. */
export function delay(tools: DescribingTools): RouteHandler<"ms"> {
  const slow = slowRead(tools);
  return (exchange, params) => slow(exchange, { ms: params.ms, readMs: "0" });
}

/** ANY /delay/:ms/:readMs. */
export function slowRead({ describe, clock }: DescribingTools): RouteHandler<"ms" | "readMs"> {
  return checked((exchange, params) => {
    const delayMs = parseWhole("the delay", params.ms, limits);
    const readMs = parseWhole("the delay per read", params.readMs, limits);
    const startedMs = clock.nowMs();
    const reads = new SlowReads(exchange, { clock, readMs });
    const options = { ...described, onPart: (bytes: number) => reads.count(bytes) };
    readBody(exchange, options, (body) => {
      const more = readMs === 0 ? undefined : reads.summary(startedMs);
      const cancel = clock.at(reads.doneMs() + delayMs, () => {
        const json = describe(exchange, body, { statusCode: 200, startedMs, more });
        exchange.respond({ status: 200, fields: jsonFields, body: json });
      });
      exchange.onAbort(cancel);
    });
  });
}

/** Holds the body up after each read. Where it cannot be held up, the answer waits as long. */
class SlowReads {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #readMs: number;
  #reads = 0;
  /** Until when the reads so far keep a slow consumer busy. */
  #busyUntilMs = 0;
  #cancel: CancelTimer | undefined;

  constructor(exchange: Exchange, { clock, readMs }: SlowReadOptions) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#readMs = readMs;
    exchange.onAbort(() => this.#cancel?.());
  }

  count(bytes: number): void {
    const reads = Math.ceil(bytes / READ_BYTES);
    this.#reads += reads;
    if (this.#readMs === 0) return;
    this.#busyUntilMs = this.doneMs() + reads * this.#readMs;
    if (this.#cancel !== undefined) return;
    this.#exchange.pauseBody();
    this.#sleep();
  }

  doneMs(): number {
    return Math.max(this.#busyUntilMs, this.#clock.nowMs());
  }

  summary(startedMs: number): Readonly<Record<string, number>> {
    return {
      read_delay_ms: this.#readMs,
      read_chunks: this.#reads,
      total_read_time_ms: Math.round((this.doneMs() - startedMs) * 1000) / 1000,
    };
  }

  #sleep(): void {
    this.#cancel = this.#clock.at(this.#busyUntilMs, () => {
      // A little may have come although the body was held up.
      if (this.#clock.nowMs() < this.#busyUntilMs) {
        this.#sleep();
        return;
      }
      this.#cancel = undefined;
      this.#exchange.resumeBody();
    });
  }
}

interface SlowReadOptions {
  readonly clock: Clock;
  readonly readMs: number;
}
