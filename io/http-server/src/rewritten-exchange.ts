import type { Field, ReceivedRequest } from "@breakwater/wire";
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
import { PreparedAnswer } from "./prepared-answer.ts";

export interface Rewriting {
  /** Begins the answer that is sent instead of the handler's; whose length is known if it is. */
  readonly begin: (head: AnswerHead) => AnswerBody;
  /** Also answers without a body go by begin(); else they go out as they are. */
  readonly alsoBodiless?: boolean;
  readonly takeOver?: (reader: WireReader) => Wire | undefined;
  readonly readBody?: (reader: BodyReader) => void;
}

/** An exchange whose handler's answer is changed on its way. */
export class RewrittenExchange implements Exchange {
  readonly #inner: Exchange;
  readonly #rewriting: Rewriting;
  readonly #gone: (() => void)[] = [];
  #isAnswered: boolean = false;
  /** The handler has done its part: it need not hear of what comes after. */
  #isOver: boolean = false;
  #isAbandoned: boolean = false;

  constructor(inner: Exchange, rewriting: Rewriting) {
    this.#inner = inner;
    this.#rewriting = rewriting;
    inner.onAbort(() => this.abandon());
  }

  get request(): ReceivedRequest {
    return this.#inner.request;
  }

  get connection(): Connection {
    return this.#inner.connection;
  }

  readBody(reader: BodyReader): void {
    const { readBody } = this.#rewriting;
    if (readBody === undefined) this.#inner.readBody(reader);
    else readBody(reader);
  }

  pauseBody(): void {
    this.#inner.pauseBody();
  }

  resumeBody(): void {
    this.#inner.resumeBody();
  }

  interim(status: number, fields?: readonly Field[]): boolean {
    return this.#inner.interim(status, fields);
  }

  respond(answer: Answer | PreparedAnswer): void {
    if (this.#isAnswered) return;
    const prepared = answer instanceof PreparedAnswer ? answer : new PreparedAnswer(answer);
    const { status, reason, fields = [] } = prepared.answer;
    const isBodiless = this.#isBodiless(status) || prepared.body.length === 0;
    if (isBodiless && this.#rewriting.alsoBodiless !== true) {
      this.#isAnswered = true;
      this.#inner.respond(answer);
      return;
    }
    const head = { status, fields, ...(reason === undefined ? {} : { reason }) };
    const body = this.begin({ ...head, contentLength: prepared.body.length });
    if (!isBodiless) body.write(prepared.body);
    body.end();
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#isAnswered) return nobody;
    this.#isAnswered = true;
    const isBodiless = this.#isBodiless(head.status) || head.contentLength === 0;
    if (isBodiless && this.#rewriting.alsoBodiless !== true) return this.#inner.begin(head);
    const body = this.#rewriting.begin(head);
    return {
      write: (bytes) => body.write(bytes),
      onDrain: (drained) => body.onDrain(drained),
      end: (trailers) => {
        this.#isOver = true;
        body.end(trailers);
      },
      abort: () => {
        this.#isOver = true;
        body.abort();
      },
    };
  }

  takeOver(reader: WireReader): Wire | undefined {
    if (this.#isAnswered) return undefined;
    const { takeOver } = this.#rewriting;
    const wire = takeOver === undefined ? this.#inner.takeOver(reader) : takeOver(reader);
    this.#isAnswered = wire !== undefined;
    return wire;
  }

  reset(): void {
    this.#inner.reset();
  }

  onAbort(gone: () => void): void {
    if (this.#isAbandoned) gone();
    else this.#gone.push(gone);
  }

  /** The handler need not go on: the client has gone, or the answer was cut short on purpose. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isAbandoned = true;
    for (const gone of this.#gone) gone();
  }

  /** RFC 9110, sections 9.3.2, 15.3.5 and 15.4.5: they end with their head. */
  #isBodiless(status: number): boolean {
    return this.#inner.request.method === "HEAD" || status === 204 || status === 304;
  }
}

/** For who answers twice. */
const nobody: AnswerBody = { write: () => true, onDrain: () => {}, end: () => {}, abort: () => {} };
