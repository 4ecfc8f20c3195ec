import {
  type Exchange,
  type ExchangeListener,
  HttpClientError,
  k6ErrorCode,
  type OutgoingRequest,
} from "@breakwater/http-client";
import { readTags } from "../../measure/sample-tags.ts";
import { Interrupted } from "../../vu/activity.ts";
import { describeExchange } from "../../vu/describe-exchange.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import { compressBody, type EncodedBody, encodeBody, type RequestBody } from "./body.ts";
import { rememberCookies } from "./cookies.ts";
import { decodeBody } from "./decode-body.ts";
import type { RequestParams } from "./params.ts";
import { nextHop } from "./redirect.ts";
import { buildRequest, toResponseType } from "./request.ts";
import type { CachedUrl } from "./request-cache.ts";
import { HttpResponse, type ResponseContent } from "./response.ts";

const noParams: RequestParams = {};

/** What one hop of a call sends. */
export interface Hop {
  readonly method: string;
  readonly url: CachedUrl;
  readonly urlText: string;
  readonly body: EncodedBody | undefined;
  readonly params: RequestParams;
}

/**
 * One call of the script's `http`: a request, and those that its redirects lead to. Resolves with
 * the last answer, or with a response that has an `error`; rejects when the script asked for that
 * (`throw`), for arguments that make no request, and when the iteration is interrupted.
 */
export function sendCall(
  vu: VuContext,
  method: string,
  url: string | URL,
  body: RequestBody,
  params: RequestParams | null | undefined,
): Promise<HttpResponse> {
  vu.activity.assertRunning("send a request");
  return new Promise((resolve, reject) => {
    new Call(vu, params ?? noParams, resolve, reject).start(method, String(url), body);
  });
}

/** Hot path. */
class Call implements ExchangeListener {
  readonly #vu: VuContext;
  readonly #params: RequestParams;
  readonly #tags: Readonly<Record<string, string>> | undefined;
  /** Where in the script it was made; by its end the script may be elsewhere. */
  readonly #group: string;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  /** What a failure throws, if it does: made where the script's stack can still be seen. */
  readonly #thrown: Error | undefined;
  #hop: Hop | undefined;
  #redirects = 0;
  #deadlineMs: number | undefined;
  #dueMs: number | undefined;
  /** The body of the answer that came last, without its content coding. */
  #content: ResponseContent | undefined;

  constructor(
    vu: VuContext,
    params: RequestParams,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#vu = vu;
    this.#params = params;
    this.#tags = readTags(params.tags);
    this.#group = vu.tags.group;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#thrown = (params.throw ?? vu.settings.isThrowing) ? new Error() : undefined;
  }

  /** Throws, before anything is sent, when body or params make no request. */
  start(method: string, urlText: string, body: RequestBody): void {
    let url: CachedUrl;
    try {
      url = this.#vu.requests.url(urlText);
    } catch (error) {
      if (!(error instanceof HttpClientError)) throw error;
      this.#failWithoutSending(method, urlText, error);
      return;
    }
    const params = this.#params;
    // The usual call has no body: nothing to wait for.
    const encoded = body === undefined || body === null ? undefined : encodeBody(body);
    this.#vu.activity.beginCall();
    if (encoded instanceof Promise) {
      encoded.then(
        (ready) => this.#sendFirst({ method, url, urlText, body: ready, params }),
        (error: unknown) => this.#fail(error),
      );
    } else {
      this.#sendFirst({ method, url, urlText, body: encoded, params });
    }
  }

  onEnd(exchange: Exchange): void {
    const vu = this.#vu;
    const hop = this.#hop!;
    vu.bytesSent += exchange.bytesSent;
    vu.bytesReceived += exchange.bytesReceived;
    if (exchange.bytesReceived > 0) vu.activity.noteWait();
    if (exchange.failure?.code === "interrupted") {
      this.#fail(new Interrupted());
      return;
    }
    rememberCookies(vu, hop, exchange);
    const error = this.#readBody(exchange);
    this.#measure(hop, exchange, error);
    const next = error === "" && this.#mayFollow() ? nextHop(vu, hop, exchange) : undefined;
    if (next) {
      this.#follow(next, exchange);
    } else {
      const type = toResponseType(this.#params.responseType, vu.settings);
      const { errorCode } = vu.httpTags;
      const content = this.#content;
      this.#end(new HttpResponse({ exchange, hop, type, content, error, errorCode }));
    }
  }

  #sendFirst(hop: Hop): void {
    try {
      this.#vu.activity.assertRunning("send a request");
      const { compression } = hop.params;
      const isCompressed = hop.body !== undefined && compression !== undefined;
      const ready = isCompressed ? { ...hop, body: compressBody(hop.body, compression) } : hop;
      this.#send(ready, buildRequest(this.#vu, ready));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The time limit is for the call as a whole. */
  #follow(hop: Hop, { startedMs, endedMs, request }: Exchange): void {
    this.#redirects += 1;
    this.#deadlineMs ??= startedMs + request.timeoutMs;
    const timeoutMs = Math.max(1, this.#deadlineMs - endedMs);
    try {
      this.#send(hop, { ...buildRequest(this.#vu, hop), timeoutMs });
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(hop: Hop, request: OutgoingRequest): void {
    this.#hop = hop;
    // Only an iteration's first request was due at a known time; later ones are due when made.
    this.#dueMs = this.#vu.takeDueMs();
    this.#vu.connections.send(request, this);
  }

  #mayFollow(): boolean {
    return this.#redirects < (this.#params.redirects ?? this.#vu.settings.maxRedirects);
  }

  /** A URL that cannot be requested is a failed request like any other (k6's 1020). */
  #failWithoutSending(method: string, urlText: string, { code, message }: HttpClientError): void {
    this.#vu.warn(`Request failed: ${message}`);
    this.#vu.activity.beginCall();
    const rest = { exchange: undefined, type: "none", content: undefined } as const;
    const errorCode = k6ErrorCode[code];
    this.#end(new HttpResponse({ ...rest, hop: { method, urlText }, error: message, errorCode }));
  }

  #end(response: HttpResponse): void {
    const thrown = this.#thrown;
    if (response.error !== "" && thrown) {
      thrown.message = response.error;
      this.#fail(thrown);
      return;
    }
    this.#vu.activity.endCall();
    this.#resolve(response);
  }

  #fail(error: unknown): void {
    this.#vu.activity.endCall();
    this.#reject(error);
  }

  /** What is wrong with the exchange; "" when nothing is. */
  #readBody({ failure, body, head }: Exchange): string {
    this.#content = body;
    if (failure) return failure.message;
    const coding = head?.header("content-encoding");
    if (!body || coding === undefined) return "";
    try {
      const decoded = decodeBody(body.bytes(), coding);
      this.#content = { bytes: () => decoded };
      return "";
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return `Cannot undo the content coding "${coding}": ${why}`;
    }
  }

  #measure(hop: Hop, exchange: Exchange, error: string): void {
    const { httpTags: tags, measure } = this.#vu;
    tags.own = this.#tags;
    tags.group = this.#group;
    tags.method = hop.method;
    tags.name = this.#tags?.name ?? hop.url.shownUrl;
    describeExchange(tags, exchange);
    if (error !== "") {
      this.#vu.warn(`Request failed: ${error}`);
      if (!exchange.failure) {
        tags.status = 0;
        tags.isExpected = false;
        tags.error = error;
        tags.errorCode = DECOMPRESSION_FAILED;
      }
    }
    measure.request(exchange, tags, this.#dueMs);
  }
}

const DECOMPRESSION_FAILED = 1701; // k6's
