import type { RouteHandler } from "@breakwater/http-server";
import { answerUnlessKnown } from "../answer-unless-known.ts";
import { cacheFieldsOf, cacheParams } from "../cache-fields.ts";
import { checked, ParameterError } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const etagDoc: RouteDoc = {
  path: "/etag/:etag",
  summary:
    "JSON with that strong ETag: 304 if If-None-Match has it, 412 if If-Match does not have it.",
  params: [
    { name: "etag", meaning: "visible ASCII but quotes, up to 256 characters" },
    ...cacheParams,
  ],
  examples: ["/etag/v1", "/etag/v1?max-age=60"],
};

/** ANY /etag/:etag. */
export function etag(): RouteHandler<"etag"> {
  return checked((exchange, params) => {
    // RFC 9110, section 8.8.3.
    if (!/^[!#-~]{1,256}$/.test(params.etag)) {
      const wanted = "1 to 256 visible ASCII characters but quotes";
      throw new ParameterError("the ETag", params.etag, wanted);
    }
    answerUnlessKnown(exchange, {
      fields: cacheFieldsOf(new URLSearchParams(exchange.request.query)),
      validators: { etag: `"${params.etag}"` },
      json: { etag: params.etag },
    });
  });
}
