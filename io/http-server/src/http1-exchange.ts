import { encodeResponseHead, type Field, type RequestHeadView } from "@breakwater/wire";
import type {
  Answer,
  AnswerBody,
  AnswerHead,
  BodyReader,
  Connection,
  Exchange,
  Wire,
  WireReader,
} from "./exchange.ts";
import { httpDate, httpDateSecond } from "./http-date.ts";
import type { Http1Output } from "./http1-output.ts";
import { PreparedAnswer } from "./prepared-answer.ts";
import { refuse } from "./refuse.ts";
import type { ServerContext, Transport } from "./transport.ts";

/** What an exchange has of its connection. */
export interface Http1Port {
  readonly transport: Transport;
  readonly context: ServerContext;
  readonly output: Http1Output;
  /** No request is taken after this one. */
  readonly closesAfter: boolean;
  /** The request's body has been received to its end. */
  readonly isRequestComplete: boolean;
  /** The body has a reader now. */
  onReader(): void;
  pauseBody(): void;
  resumeBody(): void;
  /** The answer was handed over. `isLast`: it said that the connection closes. */
  onAnswered(isLast: boolean): void;
  /** From now on the reader is told what comes, and writeWire() is what goes. */
  takeOver(reader: WireReader): void;
  /** False: the client is slow. */
  writeWire(bytes: Uint8Array): boolean;
  /** Closes after what was sent. */
  end(): void;
  /** RST. */
  reset(): void;
}

/** A body that nobody reads is skipped up to here; with a longer one the connection closes. */
export const MAX_SKIPPED_BYTES = 262_144;
/** From here on it pays to have the kernel hand over larger pieces. */
const LARGE_BODY_BYTES = 1_048_576;
/** A smaller piece is copied together with its chunk's framing. */
const MAX_COPIED_BYTES = 16_384;

type State = "waiting" | "begun" | "taken" | "flushing" | "done";
type Framing = "none" | "length" | "chunked" | "close";

/** An exchange of HTTP/1.1 or 1.0. */
export class Http1Exchange implements Exchange, AnswerBody {
  readonly request: RequestHeadView;
  readonly #port: Http1Port;
  readonly #startedMs: number;
  #state: State = "waiting";
  #status = 0;
  #bodyBytes = 0;
  #framing: Framing = "none";
  #leftBytes = 0;
  #isLast: boolean = false;
  #reader: BodyReader | undefined;
  /** Of a body that awaits its reader: what came with the head. */
  #early: Uint8Array[] | undefined;
  #trailers: readonly Field[] | undefined;
  #gone: (() => void)[] | undefined;
  #onDrained: (() => void) | undefined;

  constructor(port: Http1Port, request: RequestHeadView) {
    this.#port = port;
    this.request = request;
    this.#startedMs = port.context.onAnswer === undefined ? 0 : port.context.clock.nowMs();
  }

  get connection(): Connection {
    return this.#port.transport.connection;
  }

  /** Nothing is owed any more. */
  get isComplete(): boolean {
    return this.#state === "done";
  }

  /** All of the answer was given; the kernel may not have taken it yet. */
  get isHandedOver(): boolean {
    return this.#state === "flushing" || this.#state === "done";
  }

  get hasReader(): boolean {
    return this.#reader !== undefined;
  }

  readBody(reader: BodyReader): void {
    if (this.#reader !== undefined || this.#state === "done") return;
    const { request } = this;
    this.#reader = reader;
    if (!request.hasBody) {
      reader.onEnd([]);
      return;
    }
    const early = this.#early;
    this.#early = undefined;
    for (const part of early ?? []) reader.onData(part);
    if (this.#trailers !== undefined) {
      reader.onEnd(this.#trailers);
      return;
    }
    if (request.expectsContinue && early === undefined) {
      this.#port.output.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    const { contentLength } = request;
    if (contentLength !== undefined && contentLength >= LARGE_BODY_BYTES) {
      this.#port.transport.expect(contentLength);
    }
    this.#port.onReader();
  }

  pauseBody(): void {
    if (this.#state !== "done") this.#port.pauseBody();
  }

  resumeBody(): void {
    this.#port.resumeBody();
  }

  /** A part of the body. False: nobody will ever read it. */
  offer(chunk: Uint8Array, from: number, to: number): boolean {
    if (this.#reader !== undefined) {
      this.#reader.onData(chunk.subarray(from, to));
      return true;
    }
    if (this.#state === "done" || this.#state === "flushing") return false;
    this.#early ??= [];
    this.#early.push(new Uint8Array(chunk.subarray(from, to)));
    return true;
  }

  endBody(trailers: readonly Field[]): void {
    if (!this.request.hasBody) return;
    this.#trailers = trailers;
    this.#reader?.onEnd(trailers);
  }

  /** The body will not come to its end. */
  abortBody(): void {
    if (this.#trailers !== undefined || !this.request.hasBody) return;
    this.#trailers = [];
    this.#reader?.onAbort();
  }

  interim(status: number, fields: readonly Field[] = []): boolean {
    if (this.request.protocol !== "HTTP/1.1") return false;
    if (this.#state === "waiting") {
      this.#port.output.send(encodeResponseHead({ minorVersion: 1, status, fields }));
    }
    return true;
  }

  respond(answer: Answer | PreparedAnswer): void {
    if (this.#state !== "waiting") return;
    if (answer instanceof PreparedAnswer) {
      if (this.#respondPrepared(answer)) return;
      this.respond({ ...answer.answer, body: answer.body });
      return;
    }
    const { body = "" } = answer;
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const head = this.#encodeHead(answer, bytes);
    const { output } = this.#port;
    if (this.#framing === "none" || bytes === 0) output.send(head);
    else {
      this.#bodyBytes = bytes;
      // ASCII both: one text, one write.
      if (typeof body === "string" && bytes === body.length) output.send(head + body);
      else output.sendAnswer(head, typeof body === "string" ? Buffer.from(body) : body);
    }
    this.#finish();
  }

  /** Hot path: the bytes are made once a second. */
  #respondPrepared(prepared: PreparedAnswer): boolean {
    const { request } = this;
    if (this.#closes() || request.method === "HEAD" || request.protocol !== "HTTP/1.1")
      return false;
    const second = httpDateSecond();
    if (prepared.http1 === undefined || prepared.http1DateSecond !== second) {
      const head = this.#encodeHead(prepared.answer, prepared.body.length);
      const body = this.#framing === "none" ? noBytes : prepared.body;
      prepared.http1 = new Uint8Array(Buffer.concat([Buffer.from(head, "latin1"), body]));
      prepared.http1DateSecond = second;
    }
    this.#status = prepared.answer.status;
    this.#bodyBytes = prepared.body.length;
    this.#port.output.send(prepared.http1);
    this.#finish();
    return true;
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#state !== "waiting") return this;
    this.#port.output.send(this.#encodeHead(head, head.contentLength));
    this.#leftBytes = head.contentLength ?? 0;
    this.#state = "begun";
    return this;
  }

  /** RFC 9112 6: what frames the body, and whether another answer can follow. */
  #encodeHead({ status, reason, fields = [] }: AnswerHead, length: number | undefined): string {
    const { request } = this;
    const { altSvc } = this.#port.context;
    const minorVersion = request.protocol === "HTTP/1.0" ? 0 : 1;
    const isBodiless = status === 204 || status === 304;
    const all: Field[] = [...fields, ["Date", httpDate()]];
    if (altSvc !== undefined) all.push(["Alt-Svc", altSvc]);
    this.#status = status;
    this.#framing = "length";
    if (isBodiless || request.method === "HEAD") this.#framing = "none";
    else if (length === undefined) this.#framing = minorVersion === 1 ? "chunked" : "close";
    if (!isBodiless && !hasLength(fields)) {
      if (length !== undefined) all.push(["Content-Length", String(length)]);
      else if (minorVersion === 1) all.push(["Transfer-Encoding", "chunked"]);
    }
    this.#isLast = this.#framing === "close" || this.#closes();
    if (this.#isLast) all.push(["Connection", "close"]);
    else if (minorVersion === 0) all.push(["Connection", "keep-alive"]);
    return encodeResponseHead({
      minorVersion: 1,
      status,
      fields: all,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  #closes(): boolean {
    const { context, closesAfter, isRequestComplete } = this.#port;
    if (context.isStopping || closesAfter || !this.request.keepAlive) return true;
    if (!this.request.hasBody || isRequestComplete || this.#reader !== undefined) return false;
    // A client that waits to be asked may send its body now or not at all: there is no telling.
    if (this.request.expectsContinue && this.#early === undefined) return true;
    return (this.request.contentLength ?? Number.POSITIVE_INFINITY) > MAX_SKIPPED_BYTES;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== "begun" || bytes.length === 0 || this.#framing === "none") return true;
    const { transport, context, output } = this.#port;
    if (this.#framing === "length" && bytes.length > this.#leftBytes) {
      throw new Error(`Cannot write beyond the Content-Length: ${this.#leftBytes} bytes are left`);
    }
    if (transport.unsentBytes > context.limits.maxUnsentBytes) {
      this.reset();
      return true;
    }
    this.#bodyBytes += bytes.length;
    this.#leftBytes -= bytes.length;
    if (this.#framing !== "chunked") return output.send(bytes);
    return this.#sendChunk(bytes);
  }

  #sendChunk(bytes: Uint8Array): boolean {
    const { output } = this.#port;
    const size = `${bytes.length.toString(16)}\r\n`;
    if (bytes.length > MAX_COPIED_BYTES) {
      output.send(size);
      output.send(bytes);
      return output.send("\r\n");
    }
    const chunk = Buffer.allocUnsafe(size.length + bytes.length + 2);
    chunk.write(size, "latin1");
    chunk.set(bytes, size.length);
    chunk.write("\r\n", chunk.length - 2, "latin1");
    return output.send(chunk);
  }

  onDrain(drained: () => void): void {
    this.#onDrained = drained;
  }

  end(trailers: readonly Field[] = []): void {
    if (this.#state !== "begun") return;
    if (this.#framing === "length" && this.#leftBytes > 0) {
      this.abort();
      return;
    }
    if (this.#framing === "chunked") {
      const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      this.#port.output.send(`0\r\n${lines}\r\n`);
    }
    this.#finish();
  }

  abort(): void {
    if (this.#state !== "begun") return;
    this.#settle(true);
    this.#port.end();
  }

  takeOver(reader: WireReader): Wire | undefined {
    if (this.#state !== "waiting" || this.request.protocol !== "HTTP/1.1") return undefined;
    this.#state = "taken";
    this.#port.takeOver(reader);
    this.request.forgetFields();
    return new Http1Wire(this, this.#port);
  }

  /** Of a connection that was taken over. */
  writeTaken(data: Uint8Array | string): boolean {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    if (this.#status === 0) this.#status = statusIn(bytes);
    this.#bodyBytes += bytes.length;
    return this.#port.writeWire(bytes);
  }

  reset(): void {
    if (this.#state === "done") return;
    this.#port.reset();
    this.goAway();
  }

  onAbort(gone: () => void): void {
    this.#gone ??= [];
    this.#gone.push(gone);
  }

  /** The handler threw. */
  fail(): void {
    if (this.#state === "waiting") {
      this.refuse(500, "Cannot answer: the server made a mistake, which is in its log");
    } else this.reset();
  }

  /** Answers with that, as the last on its connection. */
  refuse(status: number, message: string): void {
    refuse(this, status, message);
  }

  /** The transport has room again. */
  drained(): void {
    if (this.#state === "flushing") this.#complete();
    else this.#onDrained?.();
  }

  /** The client is gone, or was cut off. */
  goAway(): void {
    if (this.#state === "done") return;
    const gone = this.#gone ?? [];
    this.#settle(true);
    this.abortBody();
    for (const tell of gone) tell();
  }

  #finish(): void {
    if (this.#port.transport.unsentBytes > 0) this.#state = "flushing";
    else this.#complete();
  }

  #complete(): void {
    this.#settle(false);
    this.#port.onAnswered(this.#isLast);
  }

  #settle(isAborted: boolean): void {
    this.#state = "done";
    this.#gone = undefined;
    this.#onDrained = undefined;
    const { context, transport } = this.#port;
    context.inFlight -= 1;
    context.answered += 1;
    context.onAnswer?.({
      protocol: this.request.protocol,
      method: this.request.method,
      target: this.request.target,
      source: transport.connection.source,
      status: this.#status,
      bodyBytes: this.#bodyBytes,
      tookMs: context.clock.nowMs() - this.#startedMs,
      isAborted,
    });
  }
}

/** What a handler has of a connection that it took over. */
class Http1Wire implements Wire {
  readonly #exchange: Http1Exchange;
  readonly #port: Http1Port;

  constructor(exchange: Http1Exchange, port: Http1Port) {
    this.#exchange = exchange;
    this.#port = port;
  }

  write(bytes: Uint8Array | string): boolean {
    return this.#exchange.writeTaken(bytes);
  }

  onDrain(drained: () => void): void {
    this.#exchange.onDrain(drained);
  }

  get unsentBytes(): number {
    return this.#port.transport.unsentBytes;
  }

  pause(): void {
    this.#port.transport.pause();
  }

  resume(): void {
    this.#port.transport.resume();
  }

  end(): void {
    this.#port.end();
  }

  reset(): void {
    this.#port.reset();
  }
}

const noBytes = new Uint8Array(0);

function hasLength(fields: readonly Field[]): boolean {
  for (const [name] of fields) {
    if (name.length === 14 && name.toLowerCase() === "content-length") return true;
  }
  return false;
}

/** The status in "HTTP/1.1 101 …"; 0 in what is no status line. */
function statusIn(bytes: Uint8Array): number {
  const match = /^HTTP\/1\.\d (\d{3})/.exec(Buffer.from(bytes.subarray(0, 12)).toString("latin1"));
  return Number(match?.[1] ?? 0);
}
