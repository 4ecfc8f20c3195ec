import type { Handler } from "@breakwater/http-server";
import { jsonFields } from "../json-fields.ts";
import { readBody } from "../read-body.ts";
import type { RouteDoc } from "../route-doc.ts";
import type { DescribingTools } from "./echo.ts";

export const uploadDoc: RouteDoc = {
  path: "/upload",
  summary:
    "Counts the request's body and forgets it, however long it is. The request as JSON without its body, and bytes_received.",
  examples: ["/upload"],
};

/** ANY /upload. Hot path: each part of the body costs an addition. */
export function upload({ describe, clock }: DescribingTools): Handler {
  return (exchange) => {
    const startedMs = clock.nowMs();
    readBody(exchange, { maxKeptBytes: 0 }, ({ bytes }) => {
      const body = { text: "", bytes, isCut: false };
      const more = { bytes_received: bytes };
      const json = describe(exchange, body, { statusCode: 200, startedMs, more });
      exchange.respond({ status: 200, fields: jsonFields, body: json });
    });
  };
}
