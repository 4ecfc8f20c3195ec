import { WsClientError } from "./error.ts";

/** Where a WebSocket is, and what is asked for there. */
export interface WsUrl {
  /** As it was written, normalised. */
  readonly href: string;
  readonly secure: boolean;
  /** A host name in ASCII, or an IP address (IPv6 without its brackets). */
  readonly host: string;
  readonly port: number;
  /** "host:port", IPv6 in brackets, the port unless it is the scheme's own. */
  readonly hostHeader: string;
  /** Path and query. */
  readonly target: string;
  /** The same with http(s), as cookies know it. */
  readonly httpHref: string;
}

/** Takes an absolute ws or wss URL apart (RFC 6455 3). @throws WsClientError `invalid_url` */
export function parseWsUrl(url: string): WsUrl {
  const parsed = URL.parse(url);
  if (parsed === null) throw invalid(url, "give a whole URL, such as ws://localhost:8080/path");
  const secure = parsed.protocol === "wss:";
  if (!secure && parsed.protocol !== "ws:") throw invalid(url, "its scheme must be ws or wss");
  if (parsed.hash !== "") throw invalid(url, "it must have no fragment");
  if (parsed.username !== "" || parsed.password !== "") {
    throw invalid(url, "it must have no user name or password; give the header Authorization");
  }
  return {
    href: parsed.href,
    secure,
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? (secure ? 443 : 80) : Number(parsed.port),
    hostHeader: parsed.host,
    target: parsed.pathname + parsed.search,
    httpHref: parsed.href.replace(/^ws/, "http"),
  };
}

function invalid(url: string, advice: string): WsClientError {
  return new WsClientError(
    "invalid_url",
    `Cannot open the WebSocket ${JSON.stringify(url)}: ${advice}`,
  );
}
