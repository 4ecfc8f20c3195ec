import type { AnswerBody, Exchange } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { AnswerHead } from "./answer-heads.ts";

/** What of a body is kept until more has come, lest head and body be two writes. */
const MAX_HELD_BYTES = 65_536;

interface MutableHead {
  readonly status: number;
  fields: readonly Field[];
  reason?: string;
}

/** An upstream's answer on its way to the client: whole if it comes soon, else as it comes. */
export class AnswerFlow {
  readonly head: AnswerHead;
  readonly #exchange: Exchange;
  readonly #fields: readonly Field[];
  /** What came of the body within this read, if it is one part. */
  #part: Uint8Array | undefined;
  #partFrom = 0;
  #partTo = 0;
  /** If it is more: copied behind each other, lest small chunks become as many writes. */
  #joined: Uint8Array | undefined;
  #joinedBytes = 0;
  /** What came within reads before, until it has begun: it may be all. */
  #held: Uint8Array[] | undefined;
  #body: AnswerBody | undefined;
  #bytes = 0;

  constructor(exchange: Exchange, head: AnswerHead, fields: readonly Field[]) {
    this.#exchange = exchange;
    this.head = head;
    this.#fields = fields;
  }

  /** The client has been sent a part of it. */
  get hasBegun(): boolean {
    return this.#body !== undefined;
  }

  /** Too much to be held until it is whole. */
  get isLong(): boolean {
    return (this.head.contentLength ?? this.#bytes) > MAX_HELD_BYTES;
  }

  /** Of the body, as far as it has come. */
  get bytes(): number {
    return this.#bytes;
  }

  get fields(): readonly Field[] {
    return this.#fields;
  }

  /** A part of the body, of a chunk that nobody uses again. */
  take(chunk: Uint8Array, from: number, to: number): void {
    this.#bytes += to - from;
    if (this.#part === undefined) {
      this.#part = chunk;
      this.#partFrom = from;
      this.#partTo = to;
      return;
    }
    if (this.#joined === undefined) {
      this.#joined = new Uint8Array(chunk.length - this.#partFrom);
      this.#join(this.#part, this.#partFrom, this.#partTo);
    }
    this.#join(chunk, from, to);
  }

  #join(chunk: Uint8Array, from: number, to: number): void {
    this.#joined!.set(chunk.subarray(from, to), this.#joinedBytes);
    this.#joinedBytes += to - from;
  }

  /** A read is over that did not bring all. False: the client is slower. */
  endRead(): boolean {
    const bytes = this.#takePart();
    if (bytes === undefined) return true;
    if (this.#body !== undefined) return this.#body.write(bytes);
    this.#held ??= [];
    this.#held.push(bytes);
    return true;
  }

  /** Sends the head, and what has come of the body. False: the client is slower. */
  begin(onDrain: () => void): boolean {
    const { contentLength } = this.head;
    const body = this.#exchange.begin({ ...this.#toHead(), contentLength });
    this.#body = body;
    body.onDrain(onDrain);
    const bytes = this.#takeHeld();
    return bytes === undefined || body.write(bytes);
  }

  /** The body is whole. */
  end(trailers: readonly Field[]): void {
    const body = this.#body;
    const bytes = this.#takeHeld();
    if (body === undefined) this.#respond(bytes, trailers);
    else {
      if (bytes !== undefined) body.write(bytes);
      body.end(trailers);
    }
  }

  /** The body will not be whole. Only once it has begun. */
  abort(): void {
    this.#body?.abort();
  }

  /** All of it at once. Hot path: one write. */
  #respond(body: Uint8Array | undefined, trailers: readonly Field[]): void {
    const exchange = this.#exchange;
    if (trailers.length > 0) {
      const answer = exchange.begin(this.#toHead());
      if (body !== undefined) answer.write(body);
      answer.end(trailers);
    } else if (body === undefined) this.#respondBodiless();
    else {
      const { status, reason } = this.head;
      const fields = this.#fields;
      const whole =
        reason === undefined ? { status, fields, body } : { status, fields, body, reason };
      exchange.respond(whole);
    }
  }

  /** The length that HEAD and 304 tell is of a body that does not come (RFC 9110 8.6). */
  #respondBodiless(): void {
    const { status, contentLength } = this.head;
    const head = this.#toHead();
    const isHead = this.#exchange.request.method === "HEAD";
    if (contentLength !== undefined && (isHead || status === 304)) {
      head.fields = [...head.fields, ["Content-Length", `${contentLength}`]];
      this.#exchange.respond(head);
    } else if (isHead) this.#exchange.begin(head).end();
    else this.#exchange.respond(head);
  }

  #toHead(): MutableHead {
    const { status, reason } = this.head;
    const head: MutableHead = { status, fields: this.#fields };
    if (reason !== undefined) head.reason = reason;
    return head;
  }

  /** What came within this read. */
  #takePart(): Uint8Array | undefined {
    const part = this.#part;
    const joined = this.#joined;
    if (part === undefined) return undefined;
    this.#part = undefined;
    if (joined === undefined) return part.subarray(this.#partFrom, this.#partTo);
    const bytes = joined.subarray(0, this.#joinedBytes);
    this.#joined = undefined;
    this.#joinedBytes = 0;
    return bytes;
  }

  /** All that has not been sent. */
  #takeHeld(): Uint8Array | undefined {
    const part = this.#takePart();
    const held = this.#held;
    if (held === undefined) return part;
    this.#held = undefined;
    if (part !== undefined) held.push(part);
    return held.length === 1 ? held[0] : Buffer.concat(held);
  }
}
