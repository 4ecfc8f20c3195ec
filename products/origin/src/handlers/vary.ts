import type { RouteHandler } from "@breakwater/http-server";
import { cacheFieldsOf, cacheParams, type Fields } from "../cache-fields.ts";
import { jsonFields } from "../json-fields.ts";
import { checked, parseFieldNames } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const varyDoc: RouteDoc = {
  path: "/vary",
  summary:
    "JSON with the request's headers of those names, null where they were not sent, and Vary with them. May be cached for a minute: a cache that ignores Vary gives itself away.",
  params: [
    { name: "on", meaning: "names with commas between. Default: Accept-Language" },
    ...cacheParams.filter(({ name }) => name !== "vary"),
  ],
  examples: ["/vary?on=Accept-Language", "/vary?on=Accept,User-Agent&max-age=5"],
};

/** ANY /vary. */
export function vary(): RouteHandler {
  return checked((exchange) => {
    const { request } = exchange;
    const query = new URLSearchParams(request.query);
    const names = parseFieldNames("on", query.get("on") ?? "Accept-Language");
    query.set("vary", names.join());
    if (!query.has("max-age")) query.set("max-age", "60");
    const fields: Fields = [...jsonFields, ...cacheFieldsOf(query)];
    const values = names.map((name) => [name, request.header(name.toLowerCase()) ?? null]);
    const body = JSON.stringify({ vary: names, values: Object.fromEntries(values) });
    exchange.respond({ status: 200, fields, body });
  });
}
