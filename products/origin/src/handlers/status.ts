import { type Exchange, type RouteHandler, refuse } from "@breakwater/http-server";
import { reasonOf } from "@breakwater/wire";
import type { Fields } from "../cache-fields.ts";
import { described } from "../describe-request.ts";
import { jsonFields } from "../json-fields.ts";
import { checked, ParameterError, parseFieldValue, parseWhole } from "../parameter.ts";
import { readBody } from "../read-body.ts";
import type { RouteDoc } from "../route-doc.ts";
import type { DescribingTools } from "./echo.ts";

export const statusDoc: RouteDoc = {
  path: "/status/:code",
  summary:
    "Answers with that status and the request as JSON, with status_message added; 204, 205 and 304 have no body. 100 to 199 are sent as an interim answer (103 with a Link field) before a 200, whose JSON has interim_status_code.",
  params: [
    { name: "code", meaning: "100 to 599, but 101, which would switch protocols" },
    { name: "location", meaning: "the Location field" },
    { name: "retry-after", meaning: "the Retry-After field, in seconds" },
  ],
  examples: ["/status/404", "/status/103", "/status/307?location=/", "/status/503?retry-after=5"],
};

/** ANY /status/:code. */
export function status(tools: DescribingTools): RouteHandler<"code"> {
  return checked((exchange, { code }) => {
    const statusCode = parseWhole("the status", code, { min: 100, max: 599 });
    if (statusCode === 101) {
      throw new ParameterError("the status", code, "another, for 101 switches protocols");
    }
    const asked = askedFields(new URLSearchParams(exchange.request.query));
    if (statusCode < 200) answerInterim(exchange, statusCode, tools);
    else if (bodiless.has(statusCode)) exchange.respond({ status: statusCode, fields: asked });
    else answerFinal(exchange, { statusCode, fields: [...jsonFields, ...asked], more: {} }, tools);
  });
}

/** RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5: they end with their head. */
const bodiless = new Set([204, 205, 304]);
/** RFC 8297: what the client may fetch meanwhile. */
const earlyHints: Fields = [["link", "</health>; rel=preload; as=fetch"]];

function askedFields(query: URLSearchParams): Fields {
  const fields: [string, string][] = [];
  const location = query.get("location");
  if (location !== null) fields.push(["location", parseFieldValue("location", location)]);
  const retryAfter = query.get("retry-after");
  if (retryAfter !== null) {
    const seconds = parseWhole("retry-after", retryAfter, { max: 2 ** 31, of: "seconds" });
    fields.push(["retry-after", `${seconds}`]);
  }
  return fields;
}

function answerInterim(exchange: Exchange, statusCode: number, tools: DescribingTools): void {
  if (!exchange.interim(statusCode, statusCode === 103 ? earlyHints : [])) {
    const { protocol } = exchange.request;
    const why = `Cannot send the interim status ${statusCode} by ${protocol}: ask by HTTP/1.1 or HTTP/2`;
    refuse(exchange, 501, why);
    return;
  }
  const more = { interim_status_code: statusCode };
  answerFinal(exchange, { statusCode: 200, fields: jsonFields, more }, tools);
}

interface Final {
  readonly statusCode: number;
  readonly fields: Fields;
  readonly more: Readonly<Record<string, number>>;
}

function answerFinal(exchange: Exchange, final: Final, { describe, clock }: DescribingTools): void {
  const startedMs = clock.nowMs();
  const { statusCode, fields } = final;
  const more = {
    status_message: reasonOf(statusCode),
    ...final.more,
  };
  readBody(exchange, described, (body) => {
    const json = describe(exchange, body, { statusCode, startedMs, more });
    exchange.respond({ status: statusCode, fields, body: json });
  });
}
