import type { Connection, Exchange, ReceivedRequest } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { ForwardedPolicy, ForwardOptions } from "./forward-options.ts";
import {
  connectionOptions,
  haveNames,
  isFieldText,
  isHopField,
  plainName,
  saysWhoAsked,
  tokensOf,
} from "./hop-fields.ts";

/** What of a request's head is the same for all requests that are alike. */
export interface RequestHead {
  /** Request line and fields up to those that differ from one request to the next. */
  readonly text: string;
  readonly isChunked: boolean;
  /** The client sends its body once it is asked to (RFC 9110 10.1.1). */
  readonly awaitsContinue: boolean;
  /** May be sent again without doing anything twice (RFC 9110 9.2.2), and has no body. */
  readonly isRepeatable: boolean;
  readonly isWebSocket: boolean;
  /** What the client says of those before it, if it is believed. */
  readonly forwardedFor: string;
  readonly forwarded: string;
  readonly saysProto: boolean;
  /** What it was made with. */
  readonly policy: ForwardedPolicy;
  readonly names: readonly string[];
}

/** It cannot be forwarded. */
export interface RequestRefusal {
  readonly status: number;
  readonly message: string;
}

/**
 * Requests' heads as the upstream is sent them. Hot path: servers give equal heads as one object,
 * whose text is made once.
 */
export class RequestHeads {
  readonly #known = new WeakMap<ReceivedRequest, RequestHead>();
  /** For Host; undefined: the client's. */
  readonly #host: string | undefined;

  constructor(host: string | undefined) {
    this.#host = host;
  }

  of(request: ReceivedRequest, options: ForwardOptions): RequestHead | RequestRefusal {
    const { forwarded: policy, fields = noFields } = options;
    const known = this.#known.get(request);
    if (known?.policy === policy && haveNames(fields, known.names)) return known;
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refusal;
    const names = fields.map(([name]) => name);
    const head = encode(request, { policy, names, host: this.#host });
    this.#known.set(request, head);
    return head;
  }
}

/** The rest of a head: what differs, and the blank line. Hot path. */
export function restOfHead(
  head: RequestHead,
  { request, connection }: Exchange,
  { fields = noFields }: ForwardOptions,
): string {
  const address = addressOf(connection.source);
  let text = "";
  if (address !== "") text = `X-Forwarded-For: ${head.forwardedFor}${bare(address)}\r\n`;
  if (!head.saysProto) text += connection.isTls ? httpsLine : httpLine;
  if (head.policy.standard) {
    text += `Forwarded: ${head.forwarded}${toForwarded(request, connection, address)}\r\n`;
  }
  for (const [name, value] of fields) {
    if (!isFieldText(value)) throw new Error(`Cannot send ${name}: ${JSON.stringify(value)}`);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

const noFields: readonly Field[] = [];
const httpLine = "X-Forwarded-Proto: http\r\n";
const httpsLine = "X-Forwarded-Proto: https\r\n";

interface Encoding {
  readonly policy: ForwardedPolicy;
  /** Replaced by fields of ours. */
  readonly names: readonly string[];
  readonly host: string | undefined;
}

function encode(request: ReceivedRequest, encoding: Encoding): RequestHead {
  const { policy, names, host = request.authority } = encoding;
  const { method, contentLength, hasBody } = request;
  const isWebSocket = asksForWebSocket(request);
  const isBelieved = policy.mode === "append";
  const head = {
    isChunked: hasBody && contentLength === undefined,
    awaitsContinue: hasBody && awaitsContinue(request),
    isRepeatable: !hasBody && idempotent.has(method),
    isWebSocket,
    forwardedFor: isBelieved ? listStart(request.header("x-forwarded-for")) : "",
    forwarded: isBelieved ? listStart(request.header("forwarded")) : "",
    saysProto: isBelieved && request.header("x-forwarded-proto") !== undefined,
    policy,
    names,
  };
  const lines = [`${method} ${targetOf(request)} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of passedOn(request, encoding)) lines.push(`${name}: ${value}`);
  lines.push(...linesAboutUs(request, policy));
  if (head.isChunked) lines.push("Transfer-Encoding: chunked");
  else if (hasBody || contentLength !== undefined || bodyMethods.has(method)) {
    lines.push(`Content-Length: ${contentLength ?? 0}`);
  }
  if (head.awaitsContinue) lines.push("Expect: 100-continue");
  if (isWebSocket) lines.push("Connection: Upgrade", "Upgrade: websocket");
  else if (tokensOf(request.header("te")).includes("trailers")) {
    lines.push("Connection: TE", "TE: trailers");
  }
  return { ...head, text: `${lines.join("\r\n")}\r\n` };
}

/** RFC 9110 10.1.1: HTTP/1.0 does not know it. */
function awaitsContinue(request: ReceivedRequest): boolean {
  const expected = tokensOf(request.header("expect"));
  return request.protocol !== "HTTP/1.0" && expected.includes("100-continue");
}

/** RFC 9110 9.2.2. */
const idempotent: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
]);

/** Those for which a length is expected even of nothing (RFC 9110 8.6). */
const bodyMethods: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

function refusalOf(request: ReceivedRequest): RequestRefusal | undefined {
  const { method, protocol, authority } = request;
  if (method === "CONNECT") {
    return { status: 501, message: "Cannot forward CONNECT: this is no proxy for tunnels" };
  }
  if (protocol !== "HTTP/1.1" && tokensOf(request.header("upgrade")).includes("websocket")) {
    const message = `Cannot open a WebSocket over ${protocol}: ask by HTTP/1.1`;
    return { status: 501, message };
  }
  const isSound =
    isName.test(authority) &&
    isTarget.test(targetOf(request)) &&
    request.headers().every(([, value]) => isFieldText(value));
  if (isSound) return undefined;
  return { status: 400, message: "Cannot forward a head with control characters or blanks" };
}

/** RFC 3986's unreserved, sub-delims, "%", and what ports and IPv6 need. */
const isName = /^[A-Za-z0-9._~!$&'()*+,;=%:[\]-]*$/;
/** Of one byte each, without blanks and control characters. */
const isTarget = /^[!-~\x80-\xff]+$/;

function asksForWebSocket(request: ReceivedRequest): boolean {
  return (
    request.method === "GET" &&
    !request.hasBody &&
    tokensOf(request.header("upgrade")).includes("websocket") &&
    tokensOf(request.header("connection")).includes("upgrade")
  );
}

/** RFC 9112 3.2.1: in origin form, also what came as a whole URL. */
function targetOf({ target, path, query }: ReceivedRequest): string {
  if (target.startsWith("/") || target === "*") return target;
  return query === "" ? path : `${path}?${query}`;
}

function passedOn(request: ReceivedRequest, { policy, names }: Encoding): readonly Field[] {
  const fields = request.headers();
  const named = connectionOptions(fields);
  const replaced = new Set(names.map(plainName));
  return fields.filter(([name]) => {
    const plain = plainName(name);
    if (isHopField(plain) || replaced.has(plain) || isOurs(plain, policy)) return false;
    // A client cannot have the word of a proxy we believe dropped, or say it with underscores.
    if (saysWhoAsked(plain)) return policy.mode === "append" && !name.includes("_");
    return !named.has(plain);
  });
}

/** Whether we write it anew. */
function isOurs(plain: string, policy: ForwardedPolicy): boolean {
  if (plain === "host" || plain === "expect" || plain === "x-forwarded-for") return true;
  return (
    (plain === "via" && policy.via !== undefined) || (plain === "forwarded" && policy.standard)
  );
}

/** Via (RFC 9110 7.6.3), and the Host that the client asked for. */
function linesAboutUs(request: ReceivedRequest, policy: ForwardedPolicy): readonly string[] {
  const { authority, protocol } = request;
  const lines: string[] = [];
  const isSaid = policy.mode === "append" && request.header("x-forwarded-host") !== undefined;
  if (!isSaid && authority !== "") lines.push(`X-Forwarded-Host: ${authority}`);
  if (policy.via !== undefined) {
    lines.push(`Via: ${listStart(request.header("via"))}${protocol.slice(5)} ${policy.via}`);
  }
  return lines;
}

const listStart = (value: string | undefined): string => (value ? `${value}, ` : "");

/** "192.0.2.7" of "192.0.2.7:40312", "[::1]" of "[::1]:80". */
const addressOf = (source: string): string => source.slice(0, source.lastIndexOf(":"));

const bare = (address: string): string =>
  address.startsWith("[") ? address.slice(1, -1) : address;

/** RFC 7239 4: what is no token, such as an address in brackets, goes in quotes. */
function toForwarded(request: ReceivedRequest, connection: Connection, address: string): string {
  const who = address === "" ? "unknown" : address.startsWith("[") ? `"${address}"` : address;
  return `for=${who};host="${request.authority}";proto=${connection.isTls ? "https" : "http"}`;
}
