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
import { type AuthDialog, authDialog } from "./auth/dialog.ts";
import { compressBody, type EncodedBody, encodeBody, type RequestBody } from "./body.ts";
import type { Caller } from "./caller.ts";
import { rememberCookies } from "./cookies.ts";
import { decodeBody } from "./decode-body.ts";
import {
  type ExpectedStatuses,
  parseResponseCallback,
  usualStatuses,
} from "./expected-statuses.ts";
import type { Hop } from "./hop.ts";
import { debugRequest, debugResponse } from "./http-debug.ts";
import type { RequestParams } from "./params.ts";
import { nextHop } from "./redirect.ts";
import { buildRequest, toResponseType } from "./request.ts";
import { HttpResponse, type ResponseContent } from "./response.ts";
import type { SentRequest } from "./response-request.ts";
import { lacksSchemeOrHost, unsentExchange } from "./unsent.ts";
import { NamedUrl } from "./url-template.ts";

const noParams: RequestParams = {};

type Params = RequestParams | null | undefined;

/**
 * One call of the script's `http`: a request, and those that its redirects lead to. Resolves with
 * the last answer, or with a response that has an `error`; rejects when the script asked for that
 * (`throw`), for arguments that make no request, and when the iteration is interrupted.
 */
export function sendCall(
  caller: Caller,
  method: string,
  url: unknown,
  body: RequestBody,
  params: Params,
): Promise<HttpResponse> {
  caller.vu.activity.assertRunning("send a request");
  return new Promise((resolve, reject) => {
    new Call(caller, params ?? noParams, resolve, reject).start(method, url, body);
  });
}

/** As sendCall(), in k6's way: one call of the VU after the other, also when nobody waits. */
export function blockingCall(
  caller: Caller,
  method: string,
  url: unknown,
  body: RequestBody,
  params: Params,
): Promise<HttpResponse> {
  const { activity } = caller.vu;
  activity.assertRunning("send a request");
  return new Promise((resolve, reject) => {
    const call = new Call(caller, params ?? noParams, resolve, reject, activity.endBlocking);
    activity.beginBlocking(() => call.start(method, url, body));
  });
}

/** Hot path. */
class Call implements ExchangeListener {
  readonly #caller: Caller;
  readonly #vu: VuContext;
  readonly #params: RequestParams;
  /** Where in the script it was made; by its end the script may be elsewhere. */
  readonly #group: string;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onOver: (() => void) | undefined;
  /** What a failure throws, if it does: made where the script's stack can still be seen. */
  readonly #thrown: Error | undefined;
  #tags: Readonly<Record<string, string>> | undefined;
  /** The metrics' name, where the script gives one. */
  #name: string | undefined;
  #expected: ExpectedStatuses | null = usualStatuses;
  #dialog: AuthDialog | undefined;
  #hop: Hop | undefined;
  /** What the script asked for, before redirects. */
  #first: SentRequest | undefined;
  #requests = 0;
  #redirects = 0;
  #deadlineMs: number | undefined;
  #dueMs: number | undefined;
  /** The body of the answer that came last, without its content coding. */
  #content: ResponseContent | undefined;

  constructor(
    caller: Caller,
    params: RequestParams,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
    onOver?: () => void,
  ) {
    const { vu } = caller;
    this.#caller = caller;
    this.#vu = vu;
    this.#params = params;
    this.#group = vu.tags.group;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onOver = onOver;
    this.#thrown = (params.throw ?? vu.settings.isThrowing) ? new Error() : undefined;
  }

  start(method: string, url: unknown, body: RequestBody): void {
    this.#vu.activity.beginCall();
    try {
      this.#vu.activity.assertRunning("send a request");
      this.#readParams(url);
      // The usual call has no body: nothing to wait for.
      const encoded =
        body === undefined || body === null ? undefined : encodeBody(body, this.#formWarning());
      if (encoded instanceof Promise) this.#startLater(method, String(url), encoded);
      else this.#sendFirst(method, String(url), encoded);
    } catch (error) {
      this.#refuse(method, url, error);
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
    if (vu.settings.httpDebug !== "") debugResponse(vu, exchange, this.#content);
    this.#measure(hop, exchange, error);
    const next = error === "" ? this.#nextHop(hop, exchange) : undefined;
    if (next) {
      this.#follow(next, exchange);
    } else {
      const type = toResponseType(this.#params.responseType, vu.settings);
      const { errorCode } = vu.httpTags;
      const rest = { content: this.#content, error, errorCode, caller: this.#caller };
      const url = hop.urlText;
      this.#end(new HttpResponse({ exchange, url, request: this.#first!, type, ...rest }));
    }
  }

  #readParams(url: unknown): void {
    const { responseCallback, tags } = this.#params;
    this.#tags = readTags(tags);
    this.#name = this.#tags?.name ?? (url instanceof NamedUrl ? url.name : undefined);
    this.#expected =
      responseCallback === undefined
        ? this.#caller.expected
        : parseResponseCallback(responseCallback);
  }

  #formWarning(): ((line: string) => void) | undefined {
    return this.#caller.isLenient ? (line) => this.#vu.warn(line) : undefined;
  }

  #startLater(method: string, urlText: string, encoded: Promise<EncodedBody>): void {
    encoded
      .then((body) => {
        this.#vu.activity.assertRunning("send a request");
        this.#sendFirst(method, urlText, body);
      })
      .catch((error: unknown) => this.#refuse(method, urlText, error));
  }

  /** Throws, before anything is sent, when URL, body or params make no request. */
  #sendFirst(method: string, urlText: string, encoded: EncodedBody | undefined): void {
    const vu = this.#vu;
    const { compression, auth } = this.#params;
    const url = vu.requests.url(urlText);
    const body = encoded && compression ? compressBody(encoded, compression) : encoded;
    let hop: Hop = { method, url, urlText, body, params: this.#params };
    if (auth !== undefined) {
      this.#dialog = authDialog(auth, url.parsed.userinfo ?? nobody);
      if (this.#dialog) hop = { ...hop, authorization: null };
      // It authenticates a connection, and of HTTP/1.1 alone (MS-NTHT 1.3).
      if (auth === "ntlm") hop = { ...hop, params: { ...this.#params, http: "1" } };
    }
    const request = buildRequest(vu, hop);
    this.#first = { method, url: urlText, request, body };
    const { limiter } = vu.requests;
    if (!limiter) this.#send(hop, request);
    else {
      limiter.wait(
        vu,
        () => this.#send(hop, request),
        (error) => this.#fail(error),
      );
    }
  }

  #nextHop(hop: Hop, exchange: Exchange): Hop | undefined {
    const authorization = this.#dialog?.tryAnswer(hop, exchange);
    if (authorization !== undefined) return { ...hop, authorization };
    const next = nextHop(this.#vu, hop, exchange);
    if (!next) return undefined;
    const { redirects } = this.#params;
    if (this.#redirects < (redirects ?? this.#vu.settings.maxRedirects)) {
      this.#redirects += 1;
      return next;
    }
    if (redirects === undefined && this.#redirects > 0) this.#warnOfRedirects();
    return undefined;
  }

  #warnOfRedirects(): void {
    const where = `${this.#first?.method} ${this.#first?.url}`;
    const advice = "set the param redirects or the option maxRedirects";
    this.#vu.warn(`${where} was not followed beyond ${this.#redirects} redirects: ${advice}`);
  }

  /** The time limit is for the call as a whole. */
  #follow(hop: Hop, { startedMs, endedMs, request }: Exchange): void {
    this.#deadlineMs ??= startedMs + request.timeoutMs;
    const timeoutMs = Math.max(1, this.#deadlineMs - endedMs);
    try {
      this.#send(hop, { ...buildRequest(this.#vu, hop), timeoutMs });
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(hop: Hop, request: OutgoingRequest): void {
    const vu = this.#vu;
    this.#hop = hop;
    this.#requests += 1;
    // Only an iteration's first request was due at a known time; later ones are due when made.
    this.#dueMs = vu.takeDueMs();
    if (vu.settings.httpDebug !== "") debugRequest(vu, request);
    vu.connections.send(request, this);
  }

  /** Arguments that make no request. A URL of that kind is k6's 1020, a failure like any other. */
  #refuse(method: string, given: unknown, error: unknown): void {
    const vu = this.#vu;
    const isFailure =
      error instanceof HttpClientError ||
      (this.#caller.isLenient && error instanceof Error && !vu.settings.isThrowing);
    if (error instanceof Interrupted || !isFailure) {
      this.#fail(error);
      return;
    }
    const { message } = error;
    const url = String(given);
    if (!this.#thrown) vu.warn(`Request failed: ${message}`);
    const isCounted = error instanceof HttpClientError && lacksSchemeOrHost(given);
    if (isCounted) this.#measureUnsent(method, url, error);
    const codeOf = ({ code }: HttpClientError): number => (isCounted ? 1000 : k6ErrorCode[code]);
    const errorCode = error instanceof HttpClientError ? codeOf(error) : 0;
    const request = { method, url, request: undefined, body: undefined };
    const rest = { exchange: undefined, type: "none", content: undefined } as const;
    const said = { error: message, errorCode, caller: this.#caller };
    this.#end(new HttpResponse({ ...rest, ...said, url, request }));
  }

  #end(response: HttpResponse): void {
    const thrown = this.#thrown;
    if (response.error !== "" && thrown) {
      thrown.message = response.error;
      this.#fail(thrown);
      return;
    }
    this.#vu.activity.endCall();
    this.#onOver?.();
    this.#resolve(response);
  }

  #fail(error: unknown): void {
    this.#vu.activity.endCall();
    this.#onOver?.();
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

  #measureUnsent(method: string, url: string, error: HttpClientError): void {
    const { httpTags: tags, measure, clock } = this.#vu;
    const exchange = unsentExchange(error, { method, nowMs: clock.nowMs() });
    tags.own = this.#tags;
    tags.group = this.#group;
    tags.method = method;
    tags.name = this.#name ?? url;
    describeExchange(tags, exchange);
    tags.errorCode = 1000;
    if (this.#expected !== usualStatuses) tags.isExpected = this.#expected?.has(0);
    measure.request(exchange, tags, undefined);
  }

  #measure(hop: Hop, exchange: Exchange, error: string): void {
    const { httpTags: tags, measure } = this.#vu;
    tags.own = this.#tags;
    tags.group = this.#group;
    tags.method = hop.method;
    tags.name = this.#name ?? hop.url.shownUrl;
    describeExchange(tags, exchange);
    if (error !== "") {
      if (!this.#thrown) this.#vu.warn(`Request failed: ${error}`);
      if (!exchange.failure) {
        tags.status = 0;
        tags.isExpected = false;
        tags.error = error;
        tags.errorCode = DECOMPRESSION_FAILED;
      }
    }
    const expected = this.#expected;
    if (expected !== usualStatuses) tags.isExpected = expected?.has(tags.status);
    if (this.#requests === 1 && this.#dialog && tags.isExpected !== undefined) {
      tags.isExpected = this.#dialog.isExpectedFirst(tags.status, tags.isExpected);
    }
    measure.request(exchange, tags, this.#dueMs);
  }
}

const nobody = { username: "", password: "" };

const DECOMPRESSION_FAILED = 1701; // k6's
