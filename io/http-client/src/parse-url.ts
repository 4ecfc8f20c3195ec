import { HttpClientError } from "./error.ts";

/** What a URL asks for: where to connect, and what to ask for there. */
export interface ParsedUrl {
  readonly origin: Origin;
  /** Path and query, as the request line has them; the fragment stays here. */
  readonly target: string;
  /** IPv6 in brackets, the port unless it is the scheme's own. */
  readonly hostHeader: string;
  readonly userinfo?: { readonly username: string; readonly password: string };
}

/** Where connections go. Those of equal `key` are shared. */
export interface Origin {
  readonly secure: boolean;
  /** A host name in ASCII, or an IP address (IPv6 without its brackets). */
  readonly host: string;
  readonly port: number;
  /** "https://host:port", the port unless it is the scheme's own. */
  readonly key: string;
}

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** Takes an absolute http or https URL apart. @throws HttpClientError `invalid_url` */
export function parseUrl(url: string): ParsedUrl {
  const parsed = URL.parse(url);
  if (parsed === null) throw invalid(url, "give a whole URL, such as http://localhost:8080/path");
  const defaultPort = defaultPorts[parsed.protocol];
  if (defaultPort === undefined) throw invalid(url, "only http and https are supported");
  const origin: Origin = {
    secure: parsed.protocol === "https:",
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? defaultPort : Number(parsed.port),
    key: parsed.origin,
  };
  const result = { origin, target: parsed.pathname + parsed.search, hostHeader: parsed.host };
  if (parsed.username === "" && parsed.password === "") return result;
  const userinfo = { username: decoded(parsed.username), password: decoded(parsed.password) };
  return { ...result, userinfo };
}

function invalid(url: string, advice: string): HttpClientError {
  return new HttpClientError("invalid_url", `Cannot request ${JSON.stringify(url)}: ${advice}`);
}

/** A lone % is legal in a URL and means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
