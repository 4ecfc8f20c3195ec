import { type RouteHandler, respondJson } from "@breakwater/http-server";
import { jsonFields } from "../json-fields.ts";
import type { RouteDoc } from "../route-doc.ts";

export const basicAuthDoc: RouteDoc = {
  path: "/basic-auth/:user/:password",
  summary: "200 for who sends these credentials by Basic authentication, else 401.",
  examples: ["/basic-auth/ann/secret"],
};

/** ANY /basic-auth/:user/:password. RFC 7617. */
export function basicAuth(): RouteHandler<"user" | "password"> {
  return (exchange, { user, password }) => {
    const field = exchange.request.header("authorization") ?? "";
    const sent = /^basic +([\w+/]+=*) *$/i.exec(field)?.[1] ?? "";
    if (Buffer.from(sent, "base64").toString() === `${user}:${password}`) {
      respondJson(exchange, 200, { authenticated: true, user });
      return;
    }
    const challenge = ["www-authenticate", 'Basic realm="origin", charset="UTF-8"'] as const;
    const body = '{"authenticated":false}';
    exchange.respond({ status: 401, fields: [...jsonFields, challenge], body });
  };
}
