import type { CallHandler, ServiceRoutes } from "@breakwater/service";
import page from "./files-page.client.js" with { type: "text" };
import style from "./files-page.css" with { type: "text" };
import html from "./files-page.html" with { type: "text" };
import requests from "./requests.client.js" with { type: "text" };
import uploads from "./uploads.client.js" with { type: "text" };
import words from "./words.client.js" with { type: "text" };

/** A page for people: what is there, uploads, downloads. What it loads is all from here. */
export function pageRoutes(): ServiceRoutes {
  return {
    "GET /": asset("text/html; charset=utf-8", String(html)),
    "GET /page/files-page.css": asset("text/css; charset=utf-8", style),
    // Under their names here, by which they import each other.
    "GET /page/files-page.client.js": script(page),
    "GET /page/requests.client.js": script(requests),
    "GET /page/uploads.client.js": script(uploads),
    "GET /page/words.client.js": script(words),
  };
}

/** Scripts, styles and data of this service, and nothing from elsewhere. */
const policy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const script = (text: string): CallHandler => asset("text/javascript; charset=utf-8", text);

function asset(type: string, body: string): CallHandler {
  const etag = `"${Bun.hash(body).toString(36)}"`;
  const fields = [
    ["content-type", type],
    ["content-security-policy", policy],
    ["cache-control", "no-cache"],
    ["etag", etag],
  ] as const;
  return (call) => {
    const isSame = call.request.header("if-none-match") === etag;
    call.respond(isSame ? { status: 304, fields } : { status: 200, fields, body });
  };
}
