import type { RouteHandler } from "@breakwater/http-server";
import { checked, ParameterError, parseSize, parseWhole } from "../parameter.ts";
import type { Pattern } from "../pattern.ts";
import type { RouteDoc } from "../route-doc.ts";
import { type SendTools, type Step, sendSteps } from "../send-steps.ts";

export const eventsDoc: RouteDoc = {
  path: "/events",
  summary:
    "Server-sent events with id, event and data; a comment every 15 s in a longer wait. Last-Event-ID continues after that id; when there are no more, the answer is 204, and clients do not come again. Endless ones end when the server drains.",
  params: [
    { name: "count", meaning: "ids go from 1 to it, up to 1000000000. Default: endless" },
    { name: "interval", meaning: "milliseconds between events, up to 3600000. Default: 1000" },
    { name: "size", meaning: "bytes of data, 1 to 1M. Default: JSON with the id and elapsed_ms" },
    { name: "event", meaning: "their name: letters, digits, - and _. Default: message" },
    { name: "retry", meaning: "milliseconds that clients wait before they come again" },
  ],
  examples: ["/events?count=3&interval=100", "/events?count=2&interval=0&size=1K&retry=500"],
};

export interface EventsOptions extends SendTools {
  /** Its longest view is the longest data. */
  readonly pattern: Pattern;
  /** The server has begun to stop. */
  readonly isDraining: () => boolean;
}

const MAX_MS = 3_600_000;
const MAX_EVENTS = 1_000_000_000;
const MAX_DATA_BYTES = 2 ** 20;
const HEARTBEAT_MS = 15_000;
const encoder = new TextEncoder();
const heartbeat = encoder.encode(": heartbeat\n\n");
const fields = [
  ["content-type", "text/event-stream"],
  ["cache-control", "no-store"],
] as const;

/** ANY /events: HTML's server-sent events. */
export function events(options: EventsOptions): RouteHandler {
  return checked((exchange) => {
    const { request } = exchange;
    const asked = parseAsked(new URLSearchParams(request.query));
    const lastId = tryLastId(request.header("last-event-id"));
    if (lastId >= asked.count) {
      exchange.respond({ status: 204 });
      return;
    }
    const next = eventSteps({ ...options, ...asked, lastId });
    sendSteps(exchange, exchange.begin({ status: 200, fields }), { ...options, next });
  });
}

interface Asked {
  /** Infinity for endless. */
  readonly count: number;
  readonly intervalMs: number;
  readonly dataBytes: number | undefined;
  readonly event: string;
  readonly retryMs: number | undefined;
}

function parseAsked(query: URLSearchParams): Asked {
  const [count, size, retry] = ["count", "size", "retry"].map((name) => query.get(name));
  const event = query.get("event") ?? "message";
  if (!/^[\w-]{1,64}$/.test(event)) {
    throw new ParameterError("event", event, "1 to 64 letters, digits, - and _");
  }
  const msLimits = { max: MAX_MS, of: "milliseconds" };
  return {
    count:
      count == null
        ? Number.POSITIVE_INFINITY
        : parseWhole("count", count, { min: 1, max: MAX_EVENTS }),
    intervalMs: parseWhole("interval", query.get("interval") ?? "1000", msLimits),
    dataBytes: size == null ? undefined : parseSize("size", size, { min: 1, max: MAX_DATA_BYTES }),
    event,
    retryMs: retry == null ? undefined : parseWhole("retry", retry, msLimits),
  };
}

/** What is no id of ours begins anew, as if nothing had been said. */
function tryLastId(field: string | undefined): number {
  const id = Number(field);
  return field !== undefined && /^\d+$/.test(field) && id <= MAX_EVENTS ? id : 0;
}

function eventSteps(options: EventsOptions & Asked & { readonly lastId: number }): () => Step {
  const { count, intervalMs, clock, isDraining } = options;
  const startedMs = clock.nowMs();
  const isEndless = count === Number.POSITIVE_INFINITY;
  let id = options.lastId;
  let restMs = 0;
  let owesHeartbeat: boolean = false;
  return () => {
    if (isEndless && isDraining()) return undefined;
    if (owesHeartbeat) {
      owesHeartbeat = false;
      return heartbeat;
    }
    if (restMs > 0) {
      const waitMs = Math.min(restMs, HEARTBEAT_MS);
      restMs -= waitMs;
      owesHeartbeat = restMs > 0;
      return waitMs;
    }
    if (id === count) return undefined;
    id += 1;
    restMs = id === count ? 0 : intervalMs;
    const isFirst = id === options.lastId + 1;
    const elapsedMs = Math.round(clock.nowMs() - startedMs);
    return eventBytes(options, { id, isFirst, elapsedMs });
  };
}

interface Event {
  readonly id: number;
  readonly isFirst: boolean;
  readonly elapsedMs: number;
}

function eventBytes(
  { event, dataBytes, retryMs, pattern }: EventsOptions & Asked,
  { id, isFirst, elapsedMs }: Event,
): Uint8Array {
  const retry = isFirst && retryMs !== undefined ? `retry: ${retryMs}\n` : "";
  const start = `${retry}id: ${id}\nevent: ${event}\ndata: `;
  if (dataBytes === undefined) {
    return encoder.encode(`${start}${JSON.stringify({ id, elapsed_ms: elapsedMs })}\n\n`);
  }
  const bytes = new Uint8Array(start.length + dataBytes + 2);
  encoder.encodeInto(start, bytes);
  bytes.set(pattern.view(0, dataBytes), start.length);
  return bytes.fill(0x0a, start.length + dataBytes);
}
