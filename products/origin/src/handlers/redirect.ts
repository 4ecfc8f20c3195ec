import type { RouteHandler } from "@breakwater/http-server";
import { checked, ParameterError, parseWhole } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const redirectDoc: RouteDoc = {
  path: "/redirect/:n",
  summary: "Redirects so many times, by way of /redirect/{n-1}, and at last to /.",
  params: [
    { name: "n", meaning: "1 to 100" },
    { name: "status", meaning: "301, 302, 303, 307 or 308. Default: 302" },
  ],
  examples: ["/redirect/3", "/redirect/1?status=308"],
};

/** ANY /redirect/:n. */
export function redirect(): RouteHandler<"n"> {
  return checked((exchange, params) => {
    const n = parseWhole("n", params.n, { min: 1, max: 100 });
    const status = new URLSearchParams(exchange.request.query).get("status");
    if (status !== null && !/^30[12378]$/.test(status)) {
      throw new ParameterError("status", status, "301, 302, 303, 307 or 308");
    }
    const query = status === null ? "" : `?status=${status}`;
    const location = n === 1 ? "/" : `/redirect/${n - 1}${query}`;
    exchange.respond({ status: Number(status ?? 302), fields: [["location", location]] });
  });
}
