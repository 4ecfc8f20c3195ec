import {
  type Answer,
  type AnswerBody,
  type AnswerHead,
  type BodyReader,
  type Connection,
  type PreparedAnswer,
  type ReceivedRequest,
  type Rewriting,
  RewrittenExchange,
  type Wire,
  type WireReader,
} from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call, CallEnd, MatchedRoute } from "./call.ts";

export interface CallRewriting extends Rewriting {
  /** Gets an answer that is at hand as a whole, instead of begin(); called once. */
  readonly respond?: (answer: Answer | PreparedAnswer) => void;
  /** What the handler sees instead of what came. */
  readonly request?: ReceivedRequest;
  /** Told of the fields that are set besides the answer, which the call then has. */
  readonly onFields?: (fields: readonly Field[]) => void;
  readonly onVary?: (name: string) => void;
}

/** The call, with what its handler answers changed on its way: for stages that compress or keep. */
export function rewrittenCall(call: Call, rewriting: CallRewriting): Call {
  return new RewrittenCall(call, rewriting);
}

/** Hot path: most calls answer at once, so that what rewrites a stream is made when asked for. */
class RewrittenCall implements Call {
  readonly #call: Call;
  readonly #rewriting: CallRewriting;
  #made: RewrittenExchange | undefined;
  #isAnswered: boolean = false;

  constructor(call: Call, rewriting: CallRewriting) {
    this.#call = call;
    this.#rewriting = rewriting;
  }

  get #exchange(): RewrittenExchange {
    this.#made ??= new RewrittenExchange(this.#call, this.#rewriting);
    return this.#made;
  }

  get request(): ReceivedRequest {
    return this.#rewriting.request ?? this.#call.request;
  }

  get connection(): Connection {
    return this.#call.connection;
  }

  get id(): string {
    return this.#call.id;
  }

  get startedMs(): number {
    return this.#call.startedMs;
  }

  get clientIp(): string {
    return this.#call.clientIp;
  }

  get route(): MatchedRoute {
    return this.#call.route;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get isAnswered(): boolean {
    return this.#call.isAnswered;
  }

  get user(): string | undefined {
    return this.#call.user;
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.#call.claims;
  }

  identify(user: string, claims: Readonly<Record<string, unknown>>): void {
    this.#call.identify(user, claims);
  }

  setField(name: string, value: string): void {
    this.setFields([[name, value]]);
  }

  setFields(fields: readonly Field[]): void {
    this.#rewriting.onFields?.(fields);
    this.#call.setFields(fields);
  }

  vary(name: string): void {
    this.#rewriting.onVary?.(name);
    this.#call.vary(name);
  }

  onEnd(listener: (end: CallEnd) => void): void {
    this.#call.onEnd(listener);
  }

  giveUp(reason: string): void {
    this.#call.giveUp(reason);
  }

  readBody(reader: BodyReader): void {
    this.#exchange.readBody(reader);
  }

  pauseBody(): void {
    this.#exchange.pauseBody();
  }

  resumeBody(): void {
    this.#exchange.resumeBody();
  }

  interim(status: number, fields?: readonly Field[]): boolean {
    return this.#exchange.interim(status, fields);
  }

  respond(answer: Answer | PreparedAnswer): void {
    const { respond } = this.#rewriting;
    if (respond === undefined) this.#exchange.respond(answer);
    else if (!this.#isAnswered) respond(answer);
    this.#isAnswered = true;
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#isAnswered) return nobody;
    this.#isAnswered = true;
    return this.#exchange.begin(head);
  }

  takeOver(reader: WireReader): Wire | undefined {
    if (this.#isAnswered) return undefined;
    return this.#exchange.takeOver(reader);
  }

  reset(): void {
    this.#exchange.reset();
  }

  onAbort(gone: () => void): void {
    this.#exchange.onAbort(gone);
  }
}

/** For who answers twice. */
const nobody: AnswerBody = { write: () => true, onDrain: () => {}, end: () => {}, abort: () => {} };
