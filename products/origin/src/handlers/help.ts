import { type Handler, PreparedAnswer } from "@breakwater/http-server";
import { toHelpHtml } from "../help-html.ts";
import { toHelpText } from "../help-text.ts";
import type { RouteDoc } from "../route-doc.ts";

export const helpDoc: RouteDoc = {
  path: "/help",
  summary: "This page: HTML for browsers, else plain text.",
  examples: ["/help"],
};

/** ANY /help: every route that has a doc. */
export function help({ docs }: { readonly docs: readonly RouteDoc[] }): Handler {
  const text = prepared("text/plain", toHelpText(docs));
  const html = prepared("text/html", toHelpHtml(docs));
  return (exchange) => {
    const accept = exchange.request.header("accept") ?? "";
    exchange.respond(/\btext\/html\b/i.test(accept) ? html : text);
  };
}

function prepared(type: string, body: string): PreparedAnswer {
  const fields = [
    ["content-type", `${type}; charset=utf-8`],
    ["vary", "accept"],
  ] as const;
  return new PreparedAnswer({ status: 200, fields, body });
}
