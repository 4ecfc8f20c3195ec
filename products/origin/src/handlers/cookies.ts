import { type Handler, type RouteHandler, respondJson } from "@breakwater/http-server";
import { checked, ParameterError, token } from "../parameter.ts";
import type { RouteDoc } from "../route-doc.ts";

export const cookiesDoc: RouteDoc = {
  path: "/cookies",
  summary: "The request's cookies as JSON.",
  examples: ["/cookies"],
};

export const setCookiesDoc: RouteDoc = {
  path: "/cookies/set",
  summary: "Sets a cookie for each parameter of the query (up to 50) and redirects to /cookies.",
  examples: ["/cookies/set?name=value"],
};

const MAX_COOKIES = 50;

/** ANY /cookies. */
export function cookies(): Handler {
  return (exchange) => {
    const pairs = (exchange.request.header("cookie") ?? "")
      .split(/[;,]/)
      .map((pair) => pair.trim().split("="))
      .filter(([name]) => name !== "")
      .map(([name = "", ...value]) => [name, value.join("=")]);
    respondJson(exchange, 200, { cookies: Object.fromEntries(pairs) });
  };
}

/** ANY /cookies/set. */
export function setCookies(): RouteHandler {
  return checked((exchange) => {
    const asked = [...new URLSearchParams(exchange.request.query)];
    if (asked.length > MAX_COOKIES) {
      throw new ParameterError("the query", `${asked.length} cookies`, `up to ${MAX_COOKIES}`);
    }
    const fields = asked.map(([name, value]) => ["set-cookie", toCookie(name, value)] as const);
    exchange.respond({ status: 302, fields: [["location", "/cookies"], ...fields] });
  });
}

/** RFC 6265, section 4.1.1. */
function toCookie(name: string, value: string): string {
  if (!token.test(name)) throw new ParameterError("the cookie", name, "a name such as session");
  if (!/^[!#-+\--:<-[\]-~]{0,2048}$/.test(value)) {
    const wanted =
      "up to 2048 visible ASCII characters but quotes, commas, semicolons, backslashes";
    throw new ParameterError(`the cookie ${name} =`, value, wanted);
  }
  return `${name}=${value}; Path=/`;
}
