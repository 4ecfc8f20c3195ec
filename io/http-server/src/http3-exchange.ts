import type {
  Answer,
  AnswerBody,
  AnswerHead,
  BodyReader,
  Connection,
  Exchange,
} from "./exchange.ts";
import { Http3Body } from "./http3-body.ts";
import { Http3Request } from "./http3-request.ts";
import { PreparedAnswer } from "./prepared-answer.ts";
import { refuse } from "./refuse.ts";
import type { ServerContext } from "./transport.ts";

export interface Http3ExchangeOptions {
  readonly connection: Connection;
  readonly context: ServerContext;
  /** Called once, when the answer is complete or will never be. */
  readonly onDone: () => void;
}

/** "ending", "aborting": what was written is taken first. */
type Stage = "waiting" | "begun" | "ending" | "aborting" | "done";

/**
 * An exchange over Bun's HTTP/3. What Bun 1.4.5 does not do: an answer made by begin() goes without
 * Content-Length; no interim answers, no trailers; and an answer that is cut once it has begun ends
 * as though it were complete (seen with a client of another make, too).
 */
export class Http3Exchange implements Exchange, AnswerBody {
  readonly request: Http3Request;
  readonly connection: Connection;
  /** For Bun: what was answered, as soon as that is known. */
  readonly response: Promise<Response>;
  readonly #options: Http3ExchangeOptions;
  readonly #stream: ReadableStream<Uint8Array> | null;
  readonly #answered: PromiseWithResolvers<Response> = Promise.withResolvers<Response>();
  readonly #startedMs: number;
  #stage: Stage = "waiting";
  #body: Http3Body | undefined;
  #sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Written, and not taken by Bun. */
  #isBlocked: boolean = false;
  #onDrained: (() => void) | undefined;
  #gone: (() => void)[] = [];
  #status = 0;
  #bodyBytes = 0;
  #leftBytes: number | undefined;
  #isBodiless: boolean = false;
  #hasMoved: boolean = true;
  #quietSinceMs = 0;

  constructor(request: Request, options: Http3ExchangeOptions) {
    this.request = new Http3Request(request);
    this.connection = options.connection;
    this.response = this.#answered.promise;
    this.#options = options;
    this.#stream = request.body;
    this.#startedMs = options.context.clock.nowMs();
    request.signal.addEventListener("abort", () => this.goAway());
  }

  readBody(reader: BodyReader): void {
    if (this.#body !== undefined || this.#stage === "done") return;
    if (this.#stream === null) {
      reader.onEnd([]);
      return;
    }
    const maxBytes = this.#options.context.limits.maxBodyBytes;
    this.#body = new Http3Body(this.#stream, reader, {
      maxBytes,
      onTooLong: () => this.#refuseBody(maxBytes),
    });
    this.#body.run().catch((error: unknown) => this.#crash(error));
  }

  pauseBody(): void {
    this.#body?.pause();
  }

  resumeBody(): void {
    this.#body?.resume();
  }

  interim(): boolean {
    return false;
  }

  respond(answer: Answer | PreparedAnswer): void {
    if (this.#stage !== "waiting") return;
    const { answer: head, body } =
      answer instanceof PreparedAnswer ? answer : new PreparedAnswer(answer);
    const headers = toHeaders(head);
    this.#begin(head);
    if (this.#isBodiless || body.length === 0) {
      if (!headers.has("content-length") && mayHaveLength(head.status)) {
        headers.set("content-length", String(body.length));
      }
      this.#answer(new Response(null, { ...head, headers }));
    } else {
      this.#bodyBytes = body.length;
      // Bun would name a type for bytes; a stream that is whole from the start has its length, too.
      const content = headers.has("content-type") ? bytesOf(body) : wholeStream(body);
      this.#answer(new Response(content, { ...head, headers }));
    }
    this.#settle(false);
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#stage !== "waiting") return this;
    const headers = toHeaders(head);
    const { contentLength } = head;
    this.#begin(head);
    this.#leftBytes = contentLength;
    if (this.#isBodiless) {
      if (contentLength !== undefined) headers.set("content-length", String(contentLength));
      this.#answer(new Response(null, { ...head, headers }));
    } else this.#answer(new Response(this.#bodyStream(), { ...head, headers }));
    return this;
  }

  #begin({ status }: AnswerHead): void {
    this.#stage = "begun";
    this.#status = status;
    this.#isBodiless = this.request.method === "HEAD" || status === 204 || status === 304;
  }

  #answer(response: Response): void {
    this.#answered.resolve(response);
  }

  #bodyStream(): ReadableStream<Uint8Array> {
    // Full as soon as anything waits: pull() then means that all is taken.
    const strategy = { highWaterMark: 1, size: (part?: Uint8Array) => part?.length ?? 0 };
    return new ReadableStream<Uint8Array>(
      {
        start: (sink) => {
          this.#sink = sink;
        },
        pull: () => this.#onTaken(),
        cancel: () => this.goAway(),
      },
      strategy,
    );
  }

  write(bytes: Uint8Array): boolean {
    if (this.#stage !== "begun" || this.#isBodiless || bytes.length === 0) return true;
    if (this.#leftBytes !== undefined) {
      if (bytes.length > this.#leftBytes) {
        throw new Error(
          `Cannot write beyond the Content-Length: ${this.#leftBytes} bytes are left`,
        );
      }
      this.#leftBytes -= bytes.length;
    }
    const sink = this.#sink!;
    if (-(sink.desiredSize ?? 0) > this.#options.context.limits.maxUnsentBytes) {
      this.reset();
      return true;
    }
    this.#bodyBytes += bytes.length;
    sink.enqueue(bytes);
    this.#isBlocked = (sink.desiredSize ?? 1) <= 0;
    return !this.#isBlocked;
  }

  onDrain(drained: () => void): void {
    this.#onDrained = drained;
  }

  #onTaken(): void {
    this.#hasMoved = true;
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    if (this.#stage === "ending") this.#close();
    else if (this.#stage === "aborting") this.#fail();
    else this.#tellDrained();
  }

  #tellDrained(): void {
    try {
      this.#onDrained?.();
    } catch (error) {
      this.#crash(error);
    }
  }

  end(): void {
    if (this.#stage !== "begun") return;
    if (this.#leftBytes !== undefined && this.#leftBytes > 0 && !this.#isBodiless) {
      this.abort();
      return;
    }
    this.#stage = "ending";
    if (!this.#isBlocked) this.#close();
  }

  abort(): void {
    if (this.#stage !== "begun") return;
    this.#stage = "aborting";
    if (!this.#isBlocked) this.#fail();
  }

  #close(): void {
    this.#sink?.close();
    this.#settle(false);
  }

  #fail(): void {
    this.#sink?.error();
    this.goAway();
  }

  takeOver(): undefined {
    return undefined;
  }

  reset(): void {
    if (this.#stage === "done") return;
    if (this.#stage === "waiting") this.#answer(new Response(brokenStream()));
    this.#fail();
  }

  onAbort(gone: () => void): void {
    this.#gone.push(gone);
  }

  /** The handler threw. */
  fail(): void {
    if (this.#stage === "waiting") {
      refuse(this, 500, "Cannot answer: the server made a mistake, which is in its log");
    } else this.reset();
  }

  /** The client is gone, or was cut off. */
  goAway(): void {
    if (this.#stage === "done") return;
    const gone = this.#gone;
    this.#answer(new Response(null));
    this.#settle(true);
    this.#body?.abort();
    for (const tell of gone) tell();
  }

  /** Cuts it if its client has stood still for too long. */
  sweep(nowMs: number): void {
    const { idleTimeoutMs } = this.#options.context.limits;
    const body = this.#body;
    const awaitsBody = body !== undefined && !body.isOver && !body.isPaused;
    if (this.#hasMoved || body?.hasMoved === true || !(awaitsBody || this.#isBlocked)) {
      this.#hasMoved = false;
      if (body !== undefined) body.hasMoved = false;
      this.#quietSinceMs = nowMs;
    } else if (idleTimeoutMs > 0 && nowMs - this.#quietSinceMs >= idleTimeoutMs) this.reset();
  }

  #refuseBody(maxBytes: number): void {
    if (this.#stage !== "waiting") this.reset();
    else refuse(this, 413, `Cannot take the body: it is longer than ${maxBytes} bytes`);
  }

  /** A callback of the handler's threw. */
  #crash(error: unknown): void {
    this.#options.context.onError(error);
    this.fail();
  }

  #settle(isAborted: boolean): void {
    this.#stage = "done";
    this.#gone = [];
    this.#onDrained = undefined;
    const { context, onDone } = this.#options;
    context.inFlight -= 1;
    context.answered += 1;
    onDone();
    const { method, target, protocol } = this.request;
    context.onAnswer?.({
      protocol,
      method,
      target,
      source: this.connection.source,
      status: this.#status,
      bodyBytes: this.#bodyBytes,
      tookMs: context.clock.nowMs() - this.#startedMs,
      isAborted,
    });
  }
}

function toHeaders({ fields = [] }: AnswerHead): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}

const mayHaveLength = (status: number): boolean => status !== 204 && status !== 304;

/** Bun's types want to know that no other thread shares the bytes. */
const bytesOf = (body: Uint8Array): Uint8Array<ArrayBuffer> => body as Uint8Array<ArrayBuffer>;

function wholeStream(body: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(sink) {
      sink.enqueue(body);
      sink.close();
    },
  });
}

/** Bun resets the stream of an answer that fails before it began. */
function brokenStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (sink) => sink.error() });
}
