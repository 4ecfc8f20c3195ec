import type { Field, Protocol, ReceivedRequest } from "@breakwater/wire";
import type {
  Answer,
  AnswerBody,
  AnswerHead,
  BodyReader,
  Connection,
  Exchange,
  Wire,
  WireReader,
} from "../exchange.ts";
import { PreparedAnswer } from "../prepared-answer.ts";

export interface FakeRequest {
  readonly method?: string;
  /** "/" if left out. */
  readonly target?: string;
  readonly protocol?: Protocol;
  readonly headers?: readonly Field[];
  /** As so many parts, or as one. */
  readonly body?: string | readonly Uint8Array[];
}

/** What the handler did. */
export interface FakeAnswer {
  readonly interims: (readonly [status: number, fields: readonly Field[]])[];
  head: AnswerHead | undefined;
  body: Uint8Array;
  /** The parts in which it was written. */
  readonly parts: Uint8Array[];
  trailers: readonly Field[];
  /** "open" until the handler has done. "taken": the wire was ended, its bytes are in `body`. */
  state: "open" | "complete" | "aborted" | "reset" | "taken";
}

/** An exchange without a server: a handler can be called with it, and its answer looked at. */
export interface FakeExchange extends Exchange {
  readonly answer: FakeAnswer;
  /** By pauseBody(). It is told all the same. */
  readonly isBodyPaused: boolean;
  /** By pause() of the wire that was taken over. */
  readonly isWirePaused: boolean;
  /** The body as text. */
  text(): string;
  /** Resolves when the answer is complete, or was reset or aborted. */
  readonly done: Promise<FakeAnswer>;
  /** The client goes away. */
  goAway(): void;
  /** From now on write() says false, until drain(). */
  block(): void;
  drain(): void;
  /** The client sends on the wire that was taken over. */
  send(bytes: Uint8Array): void;
  /** The server is about to stop: whoever took the wire over is told. */
  stop(): void;
}

export function fakeExchange(options: FakeRequest = {}): FakeExchange {
  return new Fake(options);
}

class Fake implements FakeExchange, AnswerBody, Wire {
  readonly request: ReceivedRequest;
  readonly connection: Connection = {
    source: "192.0.2.7:40312",
    destination: "192.0.2.1:8080",
    isTls: false,
  };
  readonly answer: FakeAnswer = {
    interims: [],
    head: undefined,
    body: new Uint8Array(0),
    parts: [],
    trailers: [],
    state: "open",
  };
  isBodyPaused: boolean = false;
  isWirePaused: boolean = false;
  readonly #body: readonly Uint8Array[];
  readonly #done = Promise.withResolvers<FakeAnswer>();
  #gone: (() => void)[] = [];
  #drained: () => void = () => {};
  #isBlocked: boolean = false;
  unsentBytes = 0;
  #reader: WireReader | undefined;

  constructor({ method, target = "/", protocol = "HTTP/1.1", headers = [], body }: FakeRequest) {
    const parts = typeof body === "string" ? [new TextEncoder().encode(body)] : body;
    const [path = "", ...query] = target.split("?");
    const find = (name: string): string | undefined => {
      const values = headers.filter(([other]) => other.toLowerCase() === name);
      return values.length === 0 ? undefined : values.map(([, value]) => value).join(", ");
    };
    this.#body = parts ?? [];
    this.request = {
      protocol,
      method: method ?? (parts === undefined ? "GET" : "POST"),
      target,
      path,
      query: query.join("?"),
      authority: find("host") ?? "",
      contentLength: parts?.reduce((sum, { length }) => sum + length, 0),
      hasBody: parts !== undefined,
      headers: () => headers,
      header: find,
      memo: undefined,
    };
  }

  get done(): Promise<FakeAnswer> {
    return this.#done.promise;
  }

  readBody(reader: BodyReader): void {
    for (const part of this.#body) reader.onData(part);
    reader.onEnd([]);
  }

  pauseBody(): void {
    this.isBodyPaused = true;
  }

  resumeBody(): void {
    this.isBodyPaused = false;
  }

  interim(status: number, fields: readonly Field[] = []): boolean {
    this.answer.interims.push([status, fields]);
    return true;
  }

  respond(answer: Answer | PreparedAnswer): void {
    const { answer: head, body } =
      answer instanceof PreparedAnswer ? answer : new PreparedAnswer(answer);
    this.begin({ ...head, contentLength: body.length });
    if (this.request.method !== "HEAD" && body.length > 0) this.write(body);
    this.end();
  }

  begin(head: AnswerHead): AnswerBody {
    this.answer.head ??= head;
    return this;
  }

  takeOver(reader: WireReader): Wire | undefined {
    if (this.request.protocol !== "HTTP/1.1") return undefined;
    this.#reader = reader;
    return this;
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.answer.state !== "open") return true;
    const part = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    this.answer.parts.push(part.slice());
    if (this.#isBlocked) this.unsentBytes += part.length;
    return !this.#isBlocked;
  }

  onDrain(drained: () => void): void {
    this.#drained = drained;
  }

  pause(): void {
    this.isWirePaused = true;
  }

  resume(): void {
    this.isWirePaused = false;
  }

  end(trailers: readonly Field[] = []): void {
    this.answer.trailers = trailers;
    this.#finish(this.#reader === undefined ? "complete" : "taken");
  }

  abort(): void {
    this.#finish("aborted");
  }

  reset(): void {
    this.#finish("reset");
  }

  onAbort(gone: () => void): void {
    this.#gone.push(gone);
  }

  goAway(): void {
    if (this.answer.state !== "open") return;
    this.#finish("aborted");
    for (const gone of this.#gone) gone();
  }

  block(): void {
    this.#isBlocked = true;
  }

  drain(): void {
    this.#isBlocked = false;
    this.unsentBytes = 0;
    this.#drained();
  }

  send(bytes: Uint8Array): void {
    this.#reader?.onData(bytes);
  }

  stop(): void {
    this.#reader?.onStop?.();
  }

  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.answer.parts));
  }

  #finish(state: FakeAnswer["state"]): void {
    if (this.answer.state !== "open") return;
    this.answer.state = state;
    this.answer.body = Buffer.concat(this.answer.parts);
    this.#reader?.onClose();
    this.#done.resolve(this.answer);
  }
}
