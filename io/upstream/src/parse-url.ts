import { UpstreamError } from "./upstream-error.ts";

/** @throws UpstreamError `bad_url` */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined &&
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.pathname === "/" &&
    `${url.username}${url.password}${url.search}${url.hash}` === "" &&
    url.port !== "0";
  if (isPlain) return url;
  throw new UpstreamError(
    "bad_url",
    `Cannot forward to ${JSON.stringify(text)}: give scheme, host and port, like http://127.0.0.1:3000`,
  );
}
