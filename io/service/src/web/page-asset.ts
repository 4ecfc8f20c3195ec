import type { CallHandler } from "../call.ts";

export interface PageAsset {
  /** As of "text/css; charset=utf-8". */
  readonly type: string;
  readonly body: string;
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

/** A document, or what it loads: kept by browsers, which ask each time whether it is the same. */
export function pageAsset({ type, body }: PageAsset): CallHandler {
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

export const pageDocument = (body: string): CallHandler =>
  pageAsset({ type: "text/html; charset=utf-8", body });

export const pageScript = (body: string): CallHandler =>
  pageAsset({ type: "text/javascript; charset=utf-8", body });

export const pageStyle = (body: string): CallHandler =>
  pageAsset({ type: "text/css; charset=utf-8", body });
