import { type Handler, respondJson } from "@breakwater/http-server";
import type { RouteDoc } from "../route-doc.ts";

export const ipDoc: RouteDoc = {
  path: "/ip",
  summary:
    "The client's address as the origin sees it, by PROXY protocol's word where it is spoken.",
  examples: ["/ip"],
};

/** ANY /ip: "192.0.2.7:40312" and "[::1]:40312" without their ports. */
export function ip(): Handler {
  return (exchange) => {
    const origin = exchange.connection.source.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
    respondJson(exchange, 200, { origin });
  };
}
