import { type Field, type ResponseHead, WireError } from "@breakwater/wire";
import { goReasonPhrases } from "./go-reason-phrases.ts";

/** A response's head as HTTP/2 or HTTP/3 gives it: fields that are already apart. */
export class FieldsHead implements ResponseHead {
  readonly status: number;
  readonly minorVersion = 1;
  readonly protocol: "HTTP/2.0" | "HTTP/3.0";
  readonly keepAlive = true;
  readonly contentLength: number | undefined;
  readonly #fields: readonly Field[];
  #headers: readonly Field[] | undefined;

  /** Names in lower case. @throws WireError `bad_content_length` */
  constructor(protocol: "HTTP/2.0" | "HTTP/3.0", status: number, fields: readonly Field[]) {
    this.protocol = protocol;
    this.status = status;
    this.#fields = fields;
    this.contentLength = parseLength(this.header("content-length"));
  }

  /** These versions send none: the usual one, as k6 gives it. */
  get reason(): string {
    return goReasonPhrases[this.status] ?? "";
  }

  /** Names as Go, and so k6, writes them: "Content-Type". */
  headers(): readonly Field[] {
    this.#headers ??= this.#fields.map(([name, value]): Field => [canonicalName(name), value]);
    return this.#headers;
  }

  header(lowerCaseName: string): string | undefined {
    let found: string | undefined;
    for (const [name, value] of this.#fields) {
      if (name === lowerCaseName) found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}

/**
 * The head that a HEADERS frame brought.
 * @throws WireError `bad_status_line`, `bad_header`, `bad_content_length`: malformed by RFC 9113 8
 */
export function parseHttp2Head(fields: readonly Field[]): FieldsHead {
  const status = fields[0]?.[0] === ":status" ? fields[0][1] : "";
  if (!/^[1-9]\d\d$/.test(status)) {
    throw new WireError("bad_status_line", `Cannot read ":status: ${status}": it must be like 200`);
  }
  const others = fields.slice(1);
  for (const [name] of others) {
    if (isFieldName(name)) continue;
    const shown = JSON.stringify(name.slice(0, 60));
    throw new WireError(
      "bad_header",
      `Cannot read the header ${shown}: it must be in lower case, without spaces or colons`,
    );
  }
  return new FieldsHead("HTTP/2.0", Number(status), others);
}

const known = new Map<string, string>();
/** A server that makes up ever new names must not fill the memory. */
const MAX_KNOWN = 1000;

/** Also says whether the name is valid, which is looked at once per name. */
function isFieldName(name: string): boolean {
  return known.has(name) || (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && canonicalName(name) !== "");
}

function canonicalName(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  const canonical = name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  if (known.size < MAX_KNOWN) known.set(name, canonical);
  return canonical;
}

function parseLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WireError(
    "bad_content_length",
    "Cannot tell the body's length: Content-Length must be one whole number below 2^53",
  );
}
