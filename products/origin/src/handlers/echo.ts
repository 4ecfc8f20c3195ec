import type { Clock } from "@breakwater/clock";
import type { Handler } from "@breakwater/http-server";
import { type Describe, described } from "../describe-request.ts";
import { jsonFields } from "../json-fields.ts";
import { readBody } from "../read-body.ts";
import type { RouteDoc } from "../route-doc.ts";

export const echoDoc: RouteDoc = {
  path: "/",
  summary:
    "The request as JSON: uri, method, headers (names as sent; the values of one that came several times joined by commas), body (the first MiB, then body_truncated is true) and both addresses. So does every path that is not listed here.",
  examples: ["/", "/any/path?a=b"],
};

export interface DescribingTools {
  readonly describe: Describe;
  readonly clock: Clock;
}

/**
 * ANY / and every path without a route: the request as JSON.
 *
 * Hot path: without a body it answers within the call.
 */
export function echo({ describe, clock }: DescribingTools): Handler {
  return (exchange) => {
    const startedMs = clock.nowMs();
    readBody(exchange, described, (body) => {
      const json = describe(exchange, body, { statusCode: 200, startedMs });
      exchange.respond({ status: 200, fields: jsonFields, body: json });
    });
  };
}
