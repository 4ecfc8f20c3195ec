import { ascii, latin1 } from "./ascii.ts";
import type { Field } from "./field.ts";
import { HeadFields } from "./head-fields.ts";
import type { HeadScanner } from "./head-scanner.ts";

/** The status line and header fields of a response. Immutable: equal heads may share one. */
export interface ResponseHead {
  /**
   * 200 to 599 for a final response, and 101. Outside RFC 9110 but seen: 600 to 999, given as sent.
   * 100 to 199 otherwise are interim responses.
   */
  readonly status: number;
  /** 1 for HTTP/1.1 and every later HTTP/1 (RFC 9110 2.5). */
  readonly minorVersion: 0 | 1;
  /** "HTTP/1.0", "HTTP/1.1", "HTTP/2.0" or "HTTP/3.0": k6's names. */
  readonly protocol: string;
  /** The text after the status: often empty, and never to be relied on. */
  readonly reason: string;
  /** As the header says, also where no body follows (HEAD, 304). Transfer-Encoding overrides it. */
  readonly contentLength: number | undefined;
  /**
   * Whether header and version let another request follow. A body that lasts until the connection
   * closes does not show here, as it depends on the method: end() is what completes it.
   */
  readonly keepAlive: boolean;
  /** Name as sent and value, in order, as latin1; parsed at the first call. */
  headers(): readonly Field[];
  /** The values of that name joined by ", ", without parsing the other fields. */
  header(lowerCaseName: string): string | undefined;
}

/** Bytes before the reason in "HTTP/1.1 200 OK". */
const REASON_AT = 13;

/** A head that keeps its bytes and reads the texts when asked. */
export class ScannedHead implements ResponseHead {
  readonly status: number;
  readonly minorVersion: 0 | 1;
  readonly contentLength: number | undefined;
  readonly keepAlive: boolean;
  readonly chunked: boolean;
  /** The whole head with its blank line, accepted by HeadScanner; ours alone. */
  readonly bytes: Uint8Array;
  #fields: HeadFields | undefined;

  constructor(bytes: Uint8Array, { status, minorVersion, framing }: HeadScanner) {
    this.status = status;
    this.minorVersion = minorVersion;
    this.contentLength = framing.contentLength;
    this.keepAlive = framing.keepAlive;
    this.chunked = framing.chunked;
    this.bytes = bytes;
  }

  get protocol(): string {
    return this.minorVersion === 0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  get reason(): string {
    let end = this.bytes.indexOf(ascii.lf);
    if (this.bytes[end - 1] === ascii.cr) end -= 1;
    return latin1(this.bytes, REASON_AT, Math.max(REASON_AT, end));
  }

  headers(): readonly Field[] {
    this.#fields ??= new HeadFields(this.bytes);
    return this.#fields.all();
  }

  header(lowerCaseName: string): string | undefined {
    this.#fields ??= new HeadFields(this.bytes);
    return this.#fields.find(lowerCaseName);
  }
}
