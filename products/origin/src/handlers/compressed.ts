import {
  acceptedCoding,
  type Coding,
  type Exchange,
  type RouteHandler,
  refuse,
} from "@breakwater/http-server";
import type { Fields } from "../cache-fields.ts";
import type { Compressor } from "../compressor.ts";
import { conditionsOf } from "../conditions.ts";
import { checked, parseSize } from "../parameter.ts";
import { type Pattern, viewSteps } from "../pattern.ts";
import type { RouteDoc } from "../route-doc.ts";
import { bytesInParts, type SendTools, sendSteps } from "../send-steps.ts";

const size = { name: "size", meaning: "bytes before compression, up to 64M" };

export const compressDoc: RouteDoc = {
  path: "/compress/:size",
  summary:
    "Text in the coding that Accept-Encoding likes best: zstd, br, gzip or deflate, or as it is; 406 if it accepts none of them. Vary says so. Understands If-None-Match.",
  params: [size],
  examples: ["/compress/10K"],
};

/** Of the routes that compress whatever the client accepts. */
export const codedDocs: readonly RouteDoc[] = (["gzip", "deflate", "br", "zstd"] as const).map(
  (coding) => ({
    path: `/${coding}/:size`,
    summary: `The same text in ${coding}, whatever Accept-Encoding says.`,
    params: [size],
    examples: [`/${coding}/10K`],
  }),
);

export interface CompressedOptions extends SendTools {
  readonly text: Pattern;
  readonly compressor: Compressor;
}

/** More would take seconds, and memory. */
const limits = { max: 2 ** 26 };

/** ANY /compress/:size. */
export function compressed(options: CompressedOptions): RouteHandler<"size"> {
  return checked((exchange, params) => {
    const size = parseSize("size", params.size, limits);
    const coding = acceptedCoding(exchange.request.header("accept-encoding"));
    const fields: Fields = [["vary", "accept-encoding"]];
    if (coding === undefined) {
      const why =
        "Cannot send what is not acceptable: zstd, br, gzip, deflate or identity would do";
      return refuse(exchange, 406, why);
    }
    return send(exchange, { coding, size, fields }, options);
  });
}

/** ANY /gzip/:size and the like. */
export function coded(coding: Coding, options: CompressedOptions): RouteHandler<"size"> {
  return checked((exchange, params) => {
    const size = parseSize("size", params.size, limits);
    return send(exchange, { coding, size, fields: [] }, options);
  });
}

interface Asked {
  readonly coding: Coding | "identity";
  readonly size: number;
  readonly fields: Fields;
}

function send(exchange: Exchange, asked: Asked, options: CompressedOptions): void | Promise<void> {
  const { coding, size } = asked;
  const etag = `"text-${size}-${coding}"`;
  const fields: Fields = [...asked.fields, ["etag", etag]];
  const verdict = conditionsOf(exchange.request, { etag });
  if (verdict !== "send") {
    exchange.respond({ status: verdict === "failed" ? 412 : 304, fields });
    return;
  }
  const all: Fields = [["content-type", "text/plain; charset=utf-8"], ...fields];
  if (coding === "identity") {
    const body = exchange.begin({ status: 200, fields: all, contentLength: size });
    sendSteps(exchange, body, { ...options, next: viewSteps(options.text, 0, size) });
    return;
  }
  return sendCoded(exchange, { coding, size, fields: all }, options);
}

async function sendCoded(
  exchange: Exchange,
  { coding, size, fields }: Asked & { readonly coding: Coding },
  { compressor, clock, soon }: CompressedOptions,
): Promise<void> {
  const making = compressor.compress(coding, size);
  if (making === "busy") {
    const why = `Cannot compress ${size} bytes now: too many other sizes are waited for, try again`;
    refuse(exchange, 503, why);
    return;
  }
  const bytes = await making;
  const head = {
    status: 200,
    fields: [...fields, ["content-encoding", coding] as const],
    contentLength: bytes.length,
  };
  sendSteps(exchange, exchange.begin(head), { next: bytesInParts(bytes), clock, soon });
}
