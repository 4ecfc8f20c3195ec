import type { RouteHandler } from "@breakwater/http-server";
import { answerUnlessKnown } from "../answer-unless-known.ts";
import { cacheFieldsOf, cacheParams, MAX_AGE_SECONDS } from "../cache-fields.ts";
import { checked, parseWhole } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const cacheDoc: RouteDoc = {
  path: "/cache/:seconds",
  summary:
    "May be cached for so long: Cache-Control: public, max-age, with an ETag and Last-Modified, and 304 for who has it. The JSON is the same as long as the path is.",
  params: [
    { name: "seconds", meaning: "0 to 2147483648" },
    ...cacheParams.filter(({ name }) => name !== "max-age"),
  ],
  examples: ["/cache/60", "/cache/60?vary=Accept-Language"],
};

const lastModified = "Thu, 01 Jan 2026 00:00:00 GMT";

/** ANY /cache/:seconds. */
export function cache(): RouteHandler<"seconds"> {
  return checked((exchange, params) => {
    const limits = { max: MAX_AGE_SECONDS, of: "seconds" };
    const seconds = parseWhole("the age", params.seconds, limits);
    const query = new URLSearchParams(exchange.request.query);
    query.delete("max-age");
    if (!query.has("cache-control")) query.set("max-age", `${seconds}`);
    answerUnlessKnown(exchange, {
      fields: cacheFieldsOf(query),
      validators: { etag: `"cache-${seconds}"`, lastModified },
      json: { max_age_seconds: seconds },
    });
  });
}
