import type { RouteHandler } from "@breakwater/http-server";
import { checked, parseSize, parseWhole } from "../parameter.ts";
import type { Pattern } from "../pattern.ts";
import type { RouteDoc } from "../route-doc.ts";
import { type SendTools, type Step, sendSteps } from "../send-steps.ts";

export const chunkedDoc: RouteDoc = {
  path: "/chunked/:count",
  summary:
    "So many chunks of A to Z and 0 to 9, each written for itself. One of more than 1M comes as several of up to 1M.",
  params: [
    { name: "count", meaning: "1 to 1000000000" },
    { name: "size", meaning: "bytes per chunk: 1 to 64M. Default: 1024" },
    { name: "delay", meaning: "milliseconds between chunks, up to 3600000. Default: 0" },
  ],
  examples: ["/chunked/10", "/chunked/100?size=2048&delay=100"],
};

export interface ChunkedOptions extends SendTools {
  /** Its longest view is the longest chunk. */
  readonly pattern: Pattern;
}

const MAX_CHUNKS = 1_000_000_000;
const MAX_CHUNK_BYTES = 2 ** 26;
const MAX_DELAY_MS = 3_600_000;
const fields = [["content-type", "text/plain; charset=utf-8"]] as const;

/** ANY /chunked/:count. */
export function chunked({ pattern, clock, soon }: ChunkedOptions): RouteHandler<"count"> {
  return checked((exchange, params) => {
    const query = new URLSearchParams(exchange.request.query);
    const count = parseWhole("count", params.count, { min: 1, max: MAX_CHUNKS });
    const bytes = parseSize("size", query.get("size") ?? "1024", { min: 1, max: MAX_CHUNK_BYTES });
    const delayMs = parseWhole("delay", query.get("delay") ?? "0", {
      max: MAX_DELAY_MS,
      of: "milliseconds",
    });
    const next = chunkSteps(pattern, { count, bytes, delayMs });
    sendSteps(exchange, exchange.begin({ status: 200, fields }), { next, clock, soon });
  });
}

interface Chunks {
  readonly count: number;
  readonly bytes: number;
  readonly delayMs: number;
}

/** Each chunk begins with A. */
function chunkSteps(pattern: Pattern, { count, bytes, delayMs }: Chunks): () => Step {
  let chunks = 0;
  let sent = 0;
  let isWaiting: boolean = false;
  return () => {
    if (sent === bytes) {
      if (chunks + 1 === count) return undefined;
      if (delayMs > 0 && !isWaiting) {
        isWaiting = true;
        return delayMs;
      }
      isWaiting = false;
      chunks += 1;
      sent = 0;
    }
    const part = pattern.view(sent, bytes - sent);
    sent += part.length;
    return part;
  };
}
