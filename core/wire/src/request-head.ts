import { ascii, latin1 } from "./ascii.ts";
import type { Field } from "./field.ts";
import { HeadFields } from "./head-fields.ts";
import type { HeadScanner } from "./head-scanner.ts";
import type { Protocol, ReceivedRequest } from "./received-request.ts";
import { authorityOfUrl } from "./request-line.ts";

/** A request's head as HTTP/1.1 sends it, with what its connection has to know. */
export interface RequestHeadView extends ReceivedRequest {
  /** Whether header and version let another request follow. */
  readonly keepAlive: boolean;
  /** The client waits for 100 before it sends the body; never without one (RFC 9110 10.1.1). */
  readonly expectsContinue: boolean;
  readonly chunked: boolean;
  /** Fields that were read take 1 KB while the request is kept: read again when asked for. */
  forgetFields(): void;
}

/** A head that keeps its bytes and reads the texts when asked. */
export class ScannedRequest implements RequestHeadView {
  readonly protocol: Protocol;
  readonly contentLength: number | undefined;
  readonly hasBody: boolean;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly chunked: boolean;
  memo: unknown;
  /** The whole head with its blank line, accepted by HeadScanner; ours alone. */
  readonly bytes: Uint8Array;
  readonly #targetFrom: number;
  readonly #targetTo: number;
  #method: string | undefined;
  #target: string | undefined;
  #path: string | undefined;
  #query: string | undefined;
  #authority: string | undefined;
  #fields: HeadFields | undefined;

  constructor(bytes: Uint8Array, { framing, requestLine }: HeadScanner) {
    this.protocol = requestLine.minorVersion === 0 ? "HTTP/1.0" : "HTTP/1.1";
    this.contentLength = framing.contentLength;
    this.hasBody = framing.chunked || (framing.contentLength ?? 0) > 0;
    this.keepAlive = framing.keepAlive;
    this.expectsContinue = framing.expectsContinue;
    this.chunked = framing.chunked;
    this.memo = undefined;
    this.bytes = bytes;
    this.#targetFrom = requestLine.methodBytes + 1;
    this.#targetTo = this.#targetFrom + requestLine.targetBytes;
  }

  get method(): string {
    this.#method ??= latin1(this.bytes, 0, this.#targetFrom - 1);
    return this.#method;
  }

  get target(): string {
    this.#target ??= latin1(this.bytes, this.#targetFrom, this.#targetTo);
    return this.#target;
  }

  get path(): string {
    this.#path ??= this.target.slice(this.#pathAt, this.#queryAt) || "/";
    return this.#path;
  }

  get query(): string {
    this.#query ??= this.target.slice(this.#queryAt + 1);
    return this.#query;
  }

  get authority(): string {
    this.#authority ??= this.#authorityOfUrl() ?? this.header("host") ?? "";
    return this.#authority;
  }

  headers(): readonly Field[] {
    this.#fields ??= new HeadFields(this.bytes);
    return this.#fields.all();
  }

  header(lowerCaseName: string): string | undefined {
    this.#fields ??= new HeadFields(this.bytes);
    return this.#fields.find(lowerCaseName);
  }

  forgetFields(): void {
    this.#fields = undefined;
  }

  /** Within the target: behind the authority of an URL, else 0. */
  get #pathAt(): number {
    if (this.bytes[this.#targetFrom] === ascii.slash) return 0;
    const authority = authorityOfUrl(this.bytes, this.#targetFrom, this.#targetTo);
    return authority === undefined ? 0 : authority.to - this.#targetFrom;
  }

  /** Where the target's "?" is, or its end. */
  get #queryAt(): number {
    const at = this.target.indexOf("?");
    return at < 0 ? this.target.length : at;
  }

  /** RFC 9112 3.2.2: it counts in place of the Host. */
  #authorityOfUrl(): string | undefined {
    if (this.bytes[this.#targetFrom] === ascii.slash) return undefined;
    const authority = authorityOfUrl(this.bytes, this.#targetFrom, this.#targetTo);
    return authority && latin1(this.bytes, authority.from, authority.to);
  }
}
