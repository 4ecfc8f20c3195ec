import { BlockList, isIP } from "node:net";
import { HttpClientError } from "./error.ts";
import type { OutgoingRequest } from "./exchange.ts";
import { type Origin, parseUrl } from "./parse-url.ts";

/** An HTTP proxy, spoken to without TLS. */
export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** What Proxy-Authorization says, if the URL had a name in it. */
  readonly authorization: string | undefined;
  /** Why it cannot be used. */
  readonly refusal: HttpClientError | undefined;
}

/** A proxy's URL, such as http://user:secret@proxy:3128; without a scheme it is http. */
export function parseProxy(text: string): HttpProxy {
  const url = text.includes("://") ? text : `http://${text}`;
  try {
    if (!/^http:/i.test(url)) throw refusalOf(url);
    const { origin, userinfo } = parseUrl(url);
    const credentials = userinfo && `${userinfo.username}:${userinfo.password}`;
    return {
      host: origin.host,
      port: origin.port,
      authorization: credentials && `Basic ${Buffer.from(credentials).toString("base64")}`,
      refusal: undefined,
    };
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    return { host: "", port: 0, authorization: undefined, refusal: refusalOf(url) };
  }
}

const refusalOf = (url: string): HttpClientError =>
  new HttpClientError(
    "proxy_failed",
    `Cannot use the proxy ${url.replace(/\/\/.*@/, "//")}: only http://host:port is supported`,
  );

/**
 * Which proxy an origin is reached by, as Go's and so k6's HTTP client reads the environment:
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case; never for this machine itself.
 * Answers with the URL that the variable holds.
 */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): (origin: Origin) => string | undefined {
  const read = (name: string): string => env[name] || env[name.toLowerCase()] || "";
  const http = read("HTTP_PROXY");
  const https = read("HTTPS_PROXY");
  const isExempt = exemptions(read("NO_PROXY"));
  return ({ secure, host, port }) => {
    const url = secure ? https : http;
    return url === "" || isLocal(host) || isExempt(host, port) ? undefined : url;
  };
}

const isLocal = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** A comma list of names (with their subdomains), `.name` and `*.name`, addresses, blocks, `*`. */
function exemptions(list: string): (host: string, port: number) => boolean {
  const names: { readonly name: string; readonly port: string | undefined }[] = [];
  const blocks = new BlockList();
  let isAll = false;
  for (const item of list.split(",").map((part) => part.trim().toLowerCase())) {
    const [address = "", prefix] = item.split("/");
    const kind = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (item === "*") isAll = true;
    else if (isIP(item) !== 0) blocks.addAddress(item, kind);
    else if (isIP(address) !== 0 && prefix !== undefined) {
      blocks.addSubnet(address, Number(prefix), kind);
    } else if (item !== "") {
      const [, name = item, port] = /^(.*?)(?::(\d+))?$/.exec(item) ?? [];
      names.push({ name: name.replace(/^\*\./, "."), port });
    }
  }
  return (host, port) =>
    isAll ||
    (isIP(host) !== 0 && blocks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4")) ||
    names.some((one) => isNamed(one.name, host) && (one.port ?? String(port)) === String(port));
}

/** `.name` means its subdomains alone. */
function isNamed(name: string, host: string): boolean {
  return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

const decoder = new TextDecoder("latin1");

/**
 * The head as a proxy wants it of a request to an origin without TLS (RFC 9112 3.2.2): the whole
 * URL as its target, and who we are.
 */
export function forProxy({ head, method, origin }: OutgoingRequest, proxy: HttpProxy): Uint8Array {
  const path = head.subarray(method.length + 1);
  const lineEnd = path.indexOf(0x0a) + 1;
  const line = `${method} ${origin.key}${decoder.decode(path.subarray(0, lineEnd))}`;
  const authorization = proxy.authorization && `Proxy-Authorization: ${proxy.authorization}\r\n`;
  return Buffer.concat([
    Buffer.from(line + (authorization ?? ""), "latin1"),
    path.subarray(lineEnd),
  ]);
}

/** What opens a way through the proxy to an origin (RFC 9110 9.3.6). */
export function connectRequest({ host, port }: Origin, proxy: HttpProxy): Uint8Array {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.authorization !== undefined) lines.push(`Proxy-Authorization: ${proxy.authorization}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}
