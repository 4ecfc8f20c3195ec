import { isBlank, isTokenByte } from "../ascii.ts";
import { WireError } from "../error.ts";
import type { Field } from "../field.ts";
import type { Protocol, ReceivedRequest } from "../received-request.ts";
import { connectionFields } from "./connection-fields.ts";

/**
 * A request's decoded header block as its head (RFC 9113 8.3.1), held to all that makes one
 * malformed (8.1.1, 8.2). `hasBody`: END_STREAM was not set. A CONNECT's target and path are its
 * authority.
 * @throws WireError `bad_header`, `bad_content_length`: a stream error, PROTOCOL_ERROR
 */
export function parseRequestFields(
  fields: readonly Field[],
  options: { readonly hasBody: boolean },
): ReceivedRequest {
  const pseudo = takePseudoFields(fields);
  const scan = scanFields(fields, pseudo.count);
  const { hasBody } = options;
  if (!hasBody && (scan.contentLength ?? 0) > 0) {
    throw new WireError(
      "bad_content_length",
      `Cannot read a request without a body: its Content-Length says ${scan.contentLength}`,
    );
  }
  const authority = authorityOf(pseudo.authority, scan.host);
  const own = scan.crumbs > 1 ? joinCrumbs(fields, pseudo.count) : fields.slice(pseudo.count);
  return new Http2Request(pseudo.method, targetOf(pseudo, authority), {
    authority,
    contentLength: scan.contentLength,
    hasBody,
    fields: own,
  });
}

/**
 * A request's trailers, as they came.
 * @throws WireError `bad_header`
 */
export function parseTrailerFields(fields: readonly Field[]): readonly Field[] {
  for (const [name, value] of fields) assertField(name, value);
  return fields;
}

interface Head {
  readonly authority: string;
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  readonly fields: readonly Field[];
}

class Http2Request implements ReceivedRequest {
  readonly protocol: Protocol = "HTTP/2.0";
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly authority: string;
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  memo: unknown = undefined;
  readonly #fields: readonly Field[];

  constructor(method: string, target: string, head: Head) {
    const mark = target.indexOf("?");
    this.method = method;
    this.target = target;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? "" : target.slice(mark + 1);
    this.authority = head.authority;
    this.contentLength = head.contentLength;
    this.hasBody = head.hasBody;
    this.#fields = head.fields;
  }

  headers(): readonly Field[] {
    return this.#fields;
  }

  header(lowerCaseName: string): string | undefined {
    let found: string | undefined;
    for (const [name, value] of this.#fields) {
      if (name === lowerCaseName) found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}

interface PseudoFields {
  method: string;
  scheme: string | undefined;
  authority: string | undefined;
  path: string | undefined;
  /** How many fields they are. */
  count: number;
}

function takePseudoFields(fields: readonly Field[]): PseudoFields {
  const found: Record<string, string | undefined> = {};
  let count = 0;
  for (const [name, value] of fields) {
    if (!name.startsWith(":")) break;
    if (!pseudoNames.has(name)) throw malformed(`the pseudo-field ${shown(name)} is not known`);
    if (found[name] !== undefined) throw malformed(`${name} comes twice`);
    assertValue(name, value);
    found[name] = value;
    count += 1;
  }
  const method = found[":method"];
  if (method === undefined || !isToken(method)) throw malformed(":method is missing or no token");
  return {
    method,
    scheme: found[":scheme"],
    authority: found[":authority"],
    path: found[":path"],
    count,
  };
}

const pseudoNames: ReadonlySet<string> = new Set([":method", ":scheme", ":authority", ":path"]);

function targetOf({ method, scheme, path }: PseudoFields, authority: string): string {
  if (method === "CONNECT") {
    if (scheme !== undefined || path !== undefined || authority === "") {
      throw malformed("CONNECT has :authority, and neither :scheme nor :path");
    }
    return authority;
  }
  if (!scheme) throw malformed(":scheme is missing");
  if (path === undefined || !isPath(path, method)) {
    throw malformed(`:path ${shown(path ?? "")} does not begin with a slash, or has blanks`);
  }
  return path;
}

/** A path of RFC 9113 8.3.1; bytes beyond ASCII are let through. */
function isPath(path: string, method: string): boolean {
  if (!path.startsWith("/")) return path === "*" && method === "OPTIONS";
  for (let index = 1; index < path.length; index += 1) {
    const code = path.charCodeAt(index);
    if (code <= 0x20 || code === 0x7f) return false;
  }
  return true;
}

function authorityOf(authority: string | undefined, host: string | undefined): string {
  if (authority === undefined) return host ?? "";
  if (host !== undefined && host !== authority) {
    throw malformed(`Host ${shown(host)} is not the :authority ${shown(authority)}`);
  }
  if (authority.includes("@")) throw malformed(`:authority ${shown(authority)} names a user`);
  return authority;
}

interface Scan {
  contentLength: number | undefined;
  host: string | undefined;
  /** RFC 9113 8.2.3: a cookie may come as several fields. */
  crumbs: number;
}

function scanFields(fields: readonly Field[], from: number): Scan {
  const scan: Scan = { contentLength: undefined, host: undefined, crumbs: 0 };
  for (let index = from; index < fields.length; index += 1) {
    const [name, value] = fields[index]!;
    assertField(name, value);
    switch (name) {
      case "content-length":
        scan.contentLength = lengthOf(value, scan.contentLength);
        break;
      case "host":
        if (scan.host !== undefined) throw malformed("Host comes twice");
        scan.host = value;
        break;
      case "cookie":
        scan.crumbs += 1;
        break;
      case "te":
        if (value !== "trailers") throw malformed(`TE ${shown(value)} is not trailers`);
        break;
    }
  }
  return scan;
}

function assertField(name: string, value: string): void {
  if (!isLowerCaseToken(name)) {
    throw malformed(`the field name ${shown(name)} is not in lower case, or no token`);
  }
  if (connectionFields.has(name)) throw malformed(`${name} does not belong into HTTP/2`);
  assertValue(name, value);
}

/** RFC 9113 8.2.1. */
function assertValue(name: string, value: string): void {
  const { length } = value;
  if (length === 0) return;
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    if (code === 0 || code === 0x0a || code === 0x0d) {
      throw malformed(`the value of ${name} has the control character ${code}`);
    }
  }
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(length - 1))) {
    throw malformed(`the value of ${name} has white space around it`);
  }
}

/** RFC 9110 8.6: several equal lengths count as one. */
function lengthOf(value: string, before: number | undefined): number {
  for (const part of value.split(",")) {
    const digits = part.trim();
    const length = /^[0-9]{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
    if (!Number.isSafeInteger(length) || (before ?? length) !== length) {
      throw new WireError(
        "bad_content_length",
        `Cannot read the Content-Length ${shown(value)}: it must be one whole number below 2^53`,
      );
    }
    before = length;
  }
  return before ?? 0;
}

/** One cookie field, where the first crumb was. */
function joinCrumbs(fields: readonly Field[], from: number): Field[] {
  const joined: Field[] = [];
  let place = -1;
  for (let index = from; index < fields.length; index += 1) {
    const field = fields[index]!;
    if (field[0] !== "cookie") joined.push(field);
    else if (place < 0) place = joined.push(field) - 1;
    else joined[place] = ["cookie", `${joined[place]![1]}; ${field[1]}`];
  }
  return joined;
}

function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (isTokenByte[text.charCodeAt(index)] !== 1) return false;
  }
  return text !== "";
}

function isLowerCaseToken(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isTokenByte[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return false;
  }
  return text !== "";
}

const malformed = (what: string): WireError =>
  new WireError("bad_header", `Cannot read the request: ${what}`);

const maxShownCharacters = 60;

const shown = (text: string): string => JSON.stringify(text.slice(0, maxShownCharacters));
