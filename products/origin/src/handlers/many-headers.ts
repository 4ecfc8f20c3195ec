import type { RouteHandler } from "@breakwater/http-server";
import { jsonFields } from "../json-fields.ts";
import { checked, ParameterError, parseSize, parseWhole } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const manyHeadersDoc: RouteDoc = {
  path: "/headers",
  summary: "Answers with so many fields x-filler-1, x-filler-2, … of so many bytes each.",
  params: [
    { name: "count", meaning: "0 to 10000. Default: 10" },
    { name: "size", meaning: "bytes of each value, 0 to 1M, and 1M in all. Default: 100" },
  ],
  examples: ["/headers?count=20&size=200"],
};

const MAX_BYTES = 2 ** 20;

/** ANY /headers. */
export function manyHeaders(): RouteHandler {
  return checked((exchange) => {
    const query = new URLSearchParams(exchange.request.query);
    const count = parseWhole("count", query.get("count") ?? "10", { max: 10_000 });
    const size = parseSize("size", query.get("size") ?? "100", { max: MAX_BYTES });
    if (count * size > MAX_BYTES) {
      const wanted = `up to ${MAX_BYTES} bytes in all`;
      throw new ParameterError("count and size", `${count} x ${size}`, wanted);
    }
    const value = "x".repeat(size);
    const fillers = Array.from(
      { length: count },
      (_, at) => [`x-filler-${at + 1}`, value] as const,
    );
    const body = JSON.stringify({ count, size });
    exchange.respond({ status: 200, fields: [...jsonFields, ...fillers], body });
  });
}
