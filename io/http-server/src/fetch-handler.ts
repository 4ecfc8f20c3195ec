import type { Field } from "@breakwater/wire";
import type { AnswerBody, Exchange, Handler } from "./exchange.ts";
import { refuse } from "./refuse.ts";
import { RequestBody } from "./request-body.ts";

export interface FetchHandlerOptions {
  /**
   * Of a request's body, what may wait for its reader although the client was slowed down; beyond
   * it, the body's stream fails.
   */
  readonly maxQueuedBytes: number;
}

/**
 * Answers exchanges by a function of the web's: `app.fetch` of a Hono app, for one.
 *
 * The Request's signal is aborted when the client goes, and its body is asked for when it is read.
 * An answer with a Content-Length keeps it, and is cut if its body has another; a body that fails
 * cuts the answer, too. exchangeOf() has what a Request cannot say. A text without a Content-Type
 * goes without: Bun only tells it from bytes when it serves.
 */
export function fetchHandler(
  fetch: (request: Request) => Response | Promise<Response>,
  options: FetchHandlerOptions,
): Handler {
  return async (exchange) => {
    const url = tryUrl(exchange);
    if (url === undefined) {
      const shown = JSON.stringify(exchange.request.authority);
      refuse(exchange, 400, `Cannot read the Host ${shown}: give a name or address, and a port`);
      return;
    }
    const gone = new AbortController();
    exchange.onAbort(() => gone.abort());
    const body = new RequestBody(exchange, options.maxQueuedBytes);
    const request = toRequest(exchange, url, { signal: gone.signal, body });
    exchanges.set(request, exchange);
    try {
      await sendResponse(exchange, await fetch(request), gone.signal);
    } finally {
      body.release();
    }
  };
}

/** The exchange that a fetchHandler() made the request of: who sent it, by which protocol. */
export function exchangeOf(request: Request): Exchange | undefined {
  return exchanges.get(request);
}

const exchanges = new WeakMap<Request, Exchange>();

function tryUrl({ request, connection }: Exchange): string | undefined {
  const { authority, path, query } = request;
  // What would end the authority, or be a user's name, would make another URL of it.
  if (/[/\\?#@\s]/.test(authority)) return undefined;
  const scheme = connection.isTls ? "https" : "http";
  const slash = path.startsWith("/") ? "" : "/";
  const url = `${scheme}://${authority || "localhost"}${slash}${path}${query && `?${query}`}`;
  return URL.canParse(url) ? url : undefined;
}

function toRequest(
  exchange: Exchange,
  url: string,
  { signal, body }: { readonly signal: AbortSignal; readonly body: RequestBody },
): Request {
  const { request } = exchange;
  const init: RequestInit & { duplex: "half" } = {
    method: request.method,
    headers: request.headers() as [string, string][],
    signal,
    duplex: "half",
  };
  if (request.hasBody && request.method !== "GET" && request.method !== "HEAD") {
    init.body = body.stream();
  }
  return new Request(url, init);
}

async function sendResponse(
  exchange: Exchange,
  response: Response,
  gone: AbortSignal,
): Promise<void> {
  const { status, statusText, body } = response;
  if (status < 200) throw new Error(`Cannot answer with the status ${status}: give 200 to 599`);
  const { fields, contentLength } = toFields(response.headers);
  const head = { status, fields, ...(statusText !== "" && { reason: statusText }) };
  if (gone.aborted) {
    await body?.cancel();
    return;
  }
  const isHead = exchange.request.method === "HEAD";
  if (isHead || status === 204 || status === 304) {
    const known = contentLength === undefined || status === 204 ? [] : [lengthField(contentLength)];
    exchange.begin({ ...head, fields: [...fields, ...known] }).end();
    await body?.cancel();
    return;
  }
  if (body === null) {
    exchange.respond(head);
    return;
  }
  const source = new BodySource(body.getReader(), gone);
  const first = await source.read();
  const whole = contentLength === undefined ? await source.tryWhole(first) : undefined;
  if (whole !== undefined) exchange.respond({ ...head, body: whole });
  else await source.sendTo(exchange.begin({ ...head, contentLength }), first, contentLength);
}

/** Without what frames the body or is the connection's; the server says that, and the Date. */
function toFields(headers: Headers): {
  fields: readonly Field[];
  contentLength: number | undefined;
} {
  const fields = [...headers].filter(([name]) => !ownFields.has(name));
  const length = headers.get("content-length");
  const isLength = length !== null && /^\d{1,15}$/.test(length);
  return { fields, contentLength: isLength ? Number(length) : undefined };
}

const ownFields: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

const lengthField = (length: number): Field => ["content-length", String(length)];

/** A text or an array is known to be whole so many turns of the microtasks after its bytes. */
const WHOLE_TURNS = 4;

/** Of a body's reader, what is used; a body can hold anything. */
interface StreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
}

/** A response's body, read as fast as the client takes it. */
class BodySource {
  readonly #reader: StreamReader;
  /** What has been asked for ahead. */
  #next: Promise<Uint8Array | undefined> | undefined;
  readonly #gone: AbortSignal;
  #goOn: () => void = () => {};

  constructor(reader: StreamReader, gone: AbortSignal) {
    this.#reader = reader;
    this.#gone = gone;
    gone.addEventListener("abort", () => {
      this.#goOn();
      // Its failure is its own affair: nobody waits for it any more.
      reader.cancel().catch(() => {});
    });
  }

  /** The next bytes; undefined at the end. */
  read(): Promise<Uint8Array | undefined> {
    const next = this.#next ?? this.#read();
    this.#next = undefined;
    return next;
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#reader.read();
    if (done) return undefined;
    if (value instanceof Uint8Array) return value;
    if (typeof value === "string") return encoder.encode(value);
    throw new Error(`Cannot send ${String(value)}: give Uint8Arrays or strings`);
  }

  /** All of the body, if that is at hand, so that its length can be told. */
  async tryWhole(first: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (first === undefined) return new Uint8Array(0);
    let isEnd = false;
    const next = this.#read();
    this.#next = next;
    next.then(
      (bytes) => {
        isEnd = bytes === undefined;
      },
      // Whoever reads it next is told.
      () => {},
    );
    for (let turn = 0; turn < WHOLE_TURNS && !isEnd; turn += 1) await undefined;
    return isEnd ? first : undefined;
  }

  async sendTo(
    body: AnswerBody,
    first: Uint8Array | undefined,
    contentLength: number | undefined,
  ): Promise<void> {
    let left = contentLength ?? Number.POSITIVE_INFINITY;
    body.onDrain(() => this.#goOn());
    try {
      for (
        let bytes = first;
        bytes !== undefined && !this.#gone.aborted;
        bytes = await this.read()
      ) {
        left -= bytes.length;
        if (left < 0) throw new Error(`Cannot send more than the Content-Length ${contentLength}`);
        if (bytes.length > 0 && !body.write(bytes)) await this.#room();
      }
      if (this.#gone.aborted) return;
      if (contentLength !== undefined && left > 0) {
        throw new Error(`Cannot end ${left} bytes before the Content-Length ${contentLength}`);
      }
      body.end();
    } catch (error) {
      if (this.#gone.aborted) return;
      body.abort();
      await this.#reader.cancel(error).catch(() => {});
      throw error;
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
      if (this.#gone.aborted) resolve();
    });
  }
}

const encoder = new TextEncoder();
