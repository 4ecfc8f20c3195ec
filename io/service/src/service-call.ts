import {
  type Answer,
  type AnswerBody,
  type AnswerHead,
  type BodyReader,
  type Connection,
  type Exchange,
  PreparedAnswer,
  type ReceivedRequest,
  type Wire,
  type WireReader,
} from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call, CallEnd, MatchedRoute } from "./call.ts";
import { respondProblem } from "./problem.ts";

export interface CallFacts {
  readonly id: string;
  readonly clientIp: string;
  readonly route: MatchedRoute;
  readonly nowMs: () => number;
}

/**
 * The call of an exchange. Hot path: one is made for each request of a service, and of the gate;
 * what stages do not ask for is not made.
 */
export class ServiceCall implements Call {
  readonly request: ReceivedRequest;
  readonly id: string;
  readonly startedMs: number;
  readonly clientIp: string;
  readonly route: MatchedRoute;
  readonly #exchange: Exchange;
  readonly #nowMs: () => number;
  #user: string | undefined;
  #claims: Readonly<Record<string, unknown>> | undefined;
  #fields: readonly Field[] = noFields;
  #ownsFields: boolean = false;
  #vary: string | undefined;
  #status = 0;
  #bodyBytes = 0;
  #end: CallEnd | undefined;
  #listeners: ((end: CallEnd) => void)[] | undefined;
  #abort: AbortController | undefined;
  #givenUp: string | undefined;
  #body: AnswerBody | undefined;

  constructor(exchange: Exchange, { id, clientIp, route, nowMs }: CallFacts) {
    this.#exchange = exchange;
    this.request = exchange.request;
    this.id = id;
    this.clientIp = clientIp;
    this.route = route;
    this.#nowMs = nowMs;
    this.startedMs = nowMs();
    exchange.onAbort(() => {
      this.giveUp("The client has gone");
      // A connection that was taken over ends by being closed.
      this.#finish({ isAborted: this.#status !== SWITCHING });
    });
  }

  get connection(): Connection {
    return this.#exchange.connection;
  }

  get isAnswered(): boolean {
    return this.#status !== 0 || this.#end !== undefined;
  }

  get user(): string | undefined {
    return this.#user;
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.#claims;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#givenUp !== undefined) this.#abort.abort(new Error(this.#givenUp));
    return this.#abort.signal;
  }

  identify(user: string, claims: Readonly<Record<string, unknown>>): void {
    this.#user = user;
    this.#claims = claims;
  }

  setField(name: string, value: string): void {
    this.setFields([[name, value]]);
  }

  setFields(fields: readonly Field[]): void {
    if (this.#fields === noFields) {
      this.#fields = fields;
      return;
    }
    if (!this.#ownsFields) this.#fields = [...this.#fields];
    this.#ownsFields = true;
    const own = this.#fields as Field[];
    const before = own.length;
    for (const field of fields) {
      let place = 0;
      while (place < before && own[place]![0] !== field[0]) place += 1;
      if (place === before) own.push(field);
      else own[place] = field;
    }
  }

  vary(name: string): void {
    this.#vary = this.#vary === undefined ? name : `${this.#vary}, ${name}`;
  }

  onEnd(listener: (end: CallEnd) => void): void {
    if (this.#end !== undefined) listener(this.#end);
    else if (this.#listeners === undefined) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  giveUp(reason: string): void {
    if (this.#givenUp !== undefined) return;
    this.#givenUp = reason;
    this.#abort?.abort(new Error(reason));
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
    if (this.#status !== 0 || this.#end !== undefined) return;
    const isPrepared = answer instanceof PreparedAnswer;
    const plain = isPrepared ? answer.answer : answer;
    this.#status = plain.status;
    this.#bodyBytes = isPrepared ? answer.body.length : lengthOf(plain.body);
    if (this.#fields.length === 0 && this.#vary === undefined) this.#exchange.respond(answer);
    else {
      const whole = isPrepared ? { ...plain, body: answer.body } : plain;
      this.#exchange.respond({ ...whole, fields: this.#merged(plain.fields) });
    }
    this.#finish({ isAborted: false });
  }

  begin(head: AnswerHead): AnswerBody {
    if (this.#status !== 0 || this.#end !== undefined) return nobody;
    this.#status = head.status;
    const body = this.#exchange.begin({ ...head, fields: this.#merged(head.fields) });
    this.#body = body;
    return {
      write: (bytes) => {
        this.#bodyBytes += bytes.length;
        return body.write(bytes);
      },
      onDrain: (drained) => body.onDrain(drained),
      end: (trailers) => {
        body.end(trailers);
        this.#finish({ isAborted: false });
      },
      abort: () => {
        body.abort();
        this.#finish({ isAborted: true });
      },
    };
  }

  takeOver(reader: WireReader): Wire | undefined {
    if (this.#status !== 0 || this.#end !== undefined) return undefined;
    const wire = this.#exchange.takeOver({
      onData: (bytes) => reader.onData(bytes),
      ...(reader.onEnd !== undefined && { onEnd: () => reader.onEnd?.() }),
      ...(reader.onStop !== undefined && { onStop: () => reader.onStop?.() }),
      onClose: () => {
        reader.onClose();
        this.#finish({ isAborted: false });
      },
    });
    if (wire !== undefined) this.#status = SWITCHING;
    return wire;
  }

  reset(): void {
    this.#exchange.reset();
    this.#finish({ isAborted: true });
  }

  onAbort(gone: () => void): void {
    this.#exchange.onAbort(gone);
  }

  /** What answers it has thrown: 500, or what there is of the answer is cut off. */
  fail(): void {
    this.giveUp("The handler failed");
    if (this.#end !== undefined) return;
    if (this.#status === 0) {
      const detail = "Cannot answer because of a mistake in the service: it has been logged";
      respondProblem(this, { status: 500, code: "internal_error", detail });
      return;
    }
    if (this.#body === undefined) this.#exchange.reset();
    else this.#body.abort();
    this.#finish({ isAborted: true });
  }

  /** What the answer says itself stands; a Vary is joined. */
  #merged(said: readonly Field[] = noFields): readonly Field[] {
    const fields: Field[] = [];
    let vary = this.#vary;
    for (const field of said) {
      if (vary !== undefined && isNamed(field, "vary")) vary = `${field[1]}, ${vary}`;
      else fields.push(field);
    }
    const own = fields.length;
    for (const field of this.#fields) {
      let isSaid = false;
      for (let index = 0; index < own; index += 1) {
        if (isNamed(fields[index]!, field[0])) isSaid = true;
      }
      if (!isSaid) fields.push(field);
    }
    if (vary !== undefined) fields.push(["vary", vary]);
    return fields;
  }

  #finish({ isAborted }: { readonly isAborted: boolean }): void {
    if (this.#end !== undefined) return;
    const [status, bodyBytes] = [this.#status, this.#bodyBytes];
    const end = { status, bodyBytes, isAborted, tookMs: this.#nowMs() - this.startedMs };
    this.#end = end;
    for (const listener of this.#listeners ?? []) listener(end);
  }
}

/** RFC 9110 15.2.2. */
const SWITCHING = 101;

const noFields: readonly Field[] = [];

/** For who answers twice. */
const nobody: AnswerBody = { write: () => true, onDrain: () => {}, end: () => {}, abort: () => {} };

function isNamed([name]: Field, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

function lengthOf(body: string | Uint8Array | undefined): number {
  if (body === undefined) return 0;
  return typeof body === "string" ? Buffer.byteLength(body) : body.length;
}
