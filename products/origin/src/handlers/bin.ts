import {
  type Answer,
  type AnswerHead,
  PreparedAnswer,
  type ReceivedRequest,
  type RouteHandler,
} from "@breakwater/http-server";
import { parseByteRange } from "../byte-range.ts";
import { cacheFieldsOf, cacheParams, type Fields } from "../cache-fields.ts";
import { conditionsOf, isRangeWanted } from "../conditions.ts";
import { checked, parseSize, parseSwitch } from "../parameter.ts";
import { type Pattern, viewSteps } from "../pattern.ts";
import { perHead } from "../per-head.ts";
import type { RouteDoc } from "../route-doc.ts";
import { type SendTools, sendSteps } from "../send-steps.ts";

export const binDoc: RouteDoc = {
  path: "/bin/:size",
  summary:
    "So many bytes of A to Z and 0 to 9, over and over, with their Content-Length. Understands Range, If-None-Match, If-Modified-Since, If-Match, If-Unmodified-Since and If-Range.",
  params: [
    {
      name: "size",
      meaning: "whole bytes up to 9007199254740991, or with K, M, G or T (units of 1024)",
    },
    { name: "chunked", meaning: "true, 1, yes or on: without Content-Length. Default: false" },
    ...cacheParams,
  ],
  examples: ["/bin/1K", "/bin/11111", "/bin/10G?chunked=true", "/bin/1M?max-age=60&vary=Cookie"],
};

export interface BinOptions extends SendTools {
  readonly pattern: Pattern;
}

/** Up to this size an answer is encoded once and kept. */
const MAX_PREPARED_BYTES = 2 ** 16;
/** With their encodings 8 MiB at most. */
const MAX_PREPARED = 64;
const lastModified = "Thu, 01 Jan 2026 00:00:00 GMT";

/** What a head gets; it depends on nothing else, so it is worked out once. */
type Plan =
  | { readonly kind: "prepared"; readonly size: number }
  | { readonly kind: "short"; readonly answer: Answer }
  | {
      readonly kind: "long";
      readonly head: AnswerHead;
      readonly from: number;
      readonly to: number;
    };

/**
 * ANY /bin/:size.
 *
 * Hot path: /bin/1K, and /bin/10G, where all answers send the pattern's one buffer.
 */
export function bin({ pattern, clock, soon }: BinOptions): RouteHandler<"size"> {
  const planOf = perHead(plan);
  const small = smallAnswers(pattern);
  return checked((exchange, { size }) => {
    const found = planOf(exchange.request, size);
    if (found.kind === "prepared") exchange.respond(small(found.size));
    else if (found.kind === "short") exchange.respond(found.answer);
    else {
      const next = viewSteps(pattern, found.from, found.to);
      sendSteps(exchange, exchange.begin(found.head), { next, clock, soon });
    }
  });
}

function plan(request: ReceivedRequest, sizeText: string): Plan {
  const size = parseSize("size", sizeText, { max: Number.MAX_SAFE_INTEGER });
  const query = new URLSearchParams(request.query);
  const isChunked = parseSwitch("chunked", query.get("chunked") ?? "false");
  const caching = cacheFieldsOf(query);
  const validators = { etag: etagOf(size), lastModified };
  const verdict = conditionsOf(request, validators);
  if (verdict === "not_modified") {
    const fields: Fields = [["etag", validators.etag], ["last-modified", lastModified], ...caching];
    return { kind: "short", answer: { status: 304, fields } };
  }
  if (verdict === "failed") return { kind: "short", answer: { status: 412 } };
  const isRange = request.method === "GET" && isRangeWanted(request, validators);
  const range = parseByteRange(isRange ? request.header("range") : undefined, size);
  if (range.kind === "unsatisfiable") {
    return {
      kind: "short",
      answer: { status: 416, fields: [["content-range", `bytes */${size}`]] },
    };
  }
  const isWhole = range.kind === "whole";
  const isPlain = isWhole && !isChunked && caching.length === 0 && request.method !== "HEAD";
  if (isPlain && size <= MAX_PREPARED_BYTES) return { kind: "prepared", size };
  const { from, to } = isWhole ? { from: 0, to: size } : range;
  const fields: Fields = [
    ...fieldsOf(size),
    ...caching,
    ...(isWhole ? [] : [["content-range", `bytes ${from}-${to - 1}/${size}`] as const]),
  ];
  const contentLength = isChunked ? undefined : to - from;
  return { kind: "long", from, to, head: { status: isWhole ? 200 : 206, fields, contentLength } };
}

const etagOf = (size: number): string => `"bin-${size}"`;

function fieldsOf(size: number): Fields {
  return [
    ["content-type", "application/octet-stream"],
    ["content-disposition", 'attachment; filename="data.bin"'],
    ["accept-ranges", "bytes"],
    ["etag", etagOf(size)],
    ["last-modified", lastModified],
  ];
}

/** The answers of the sizes that were asked for last. */
function smallAnswers(pattern: Pattern): (size: number) => PreparedAnswer {
  const known = new Map<number, PreparedAnswer>();
  return (size) => {
    const same = known.get(size);
    if (same !== undefined) return same;
    const body = pattern.view(0, size);
    const made = new PreparedAnswer({ status: 200, fields: fieldsOf(size), body });
    const [oldest] = known.keys();
    if (known.size === MAX_PREPARED && oldest !== undefined) known.delete(oldest);
    known.set(size, made);
    return made;
  };
}
