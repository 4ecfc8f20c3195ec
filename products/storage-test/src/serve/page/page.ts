import type { CallHandler, ServiceRoutes } from "@breakwater/service";
import chartScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import chartStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import pageScript from "./speed-page.client.js" with { type: "text" };
import pageStyle from "./speed-page.css" with { type: "text" };
import pageHtml from "./speed-page.html" with { type: "text" };

/** The page's document, which GET / answers. */
export const pageDocument: CallHandler = asset("text/html; charset=utf-8", String(pageHtml));

/** What the document loads, all from here: it works where there is no internet. */
export const pageRoutes: ServiceRoutes = {
  "GET /page.js": asset("text/javascript; charset=utf-8", pageScript),
  "GET /page.css": asset("text/css; charset=utf-8", pageStyle),
  "GET /chart.js": asset("text/javascript; charset=utf-8", chartScript),
  "GET /chart.css": asset("text/css; charset=utf-8", chartStyle),
};

/** Scripts, styles and data of this service, and nothing from elsewhere. */
export const pagePolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function asset(type: string, body: string): CallHandler {
  const etag = `"${Bun.hash(body).toString(36)}"`;
  const fields = [
    ["content-type", type],
    ["cache-control", "no-cache"],
    ["etag", etag],
  ] as const;
  return (call) => {
    const isSame = call.request.header("if-none-match") === etag;
    call.respond(isSame ? { status: 304, fields } : { status: 200, fields, body });
  };
}
