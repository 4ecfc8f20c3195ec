import type { CancelTimer } from "@breakwater/clock";
import type { AnswerBody, BodyReader, Exchange } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { CallHead } from "./call-head.ts";
import { decompress, tooLarge } from "./compression.ts";
import type { Deadlines, Expiring } from "./deadlines.ts";
import type { GrpcStream } from "./grpc-call.ts";
import type { GrpcMethod, MessageReader } from "./grpc-service.ts";
import { MessageDecoder, PREFIX_BYTES, type ReceivedMessage } from "./message-decoder.ts";
import { type Metadata, type MetadataEntry, toField } from "./metadata.ts";
import { encodeStatusMessage, GrpcError, grpcCodes } from "./status.ts";

export interface CallContext {
  readonly maxMessageBytes: number;
  readonly deadlines: Deadlines;
  readonly onError: (error: unknown) => void;
}

/**
 * What may wait for a handler beside the message at hand: as much as a client that is asked to wait
 * may have under way.
 */
const MAX_WAITING_BYTES = 1024 * 1024;

const contentType: Field = ["content-type", "application/grpc"];
// Frozen, so that the protocol below may encode them once.
const plainHead = Object.freeze({ status: 200, fields: Object.freeze([contentType]) });
const okTrailers: readonly Field[] = Object.freeze([["grpc-status", "0"]] as const);

/**
 * One call: messages in from the exchange's body, out to its answer, and how it ends.
 *
 * Hot path: what a unary call does not need is made when it is asked for.
 */
export class ServerCall implements GrpcStream<unknown>, BodyReader, Expiring {
  readonly #exchange: Exchange;
  readonly #head: CallHead;
  readonly #method: GrpcMethod;
  readonly #context: CallContext;
  readonly #decoder: MessageDecoder;
  #reader: MessageReader<unknown> | undefined;
  #answer: AnswerBody | undefined;
  #headers: Field[] | undefined;
  #trailers: Field[] | undefined;
  #cancelled: (() => void)[] | undefined;
  #drained: (() => void) | undefined;
  #messages = 0;
  #sent = 0;
  /** The handler is busy with a message. */
  #isBusy: boolean = false;
  /** The client does not take what is sent. */
  #isBlocked: boolean = false;
  #isPaused: boolean = false;
  #hasBodyEnded: boolean = false;
  #isEndTold: boolean = false;
  #isDone: boolean = false;
  cancelTimer: CancelTimer | undefined;

  constructor(exchange: Exchange, head: CallHead, method: GrpcMethod, context: CallContext) {
    this.#exchange = exchange;
    this.#head = head;
    this.#method = method;
    this.#context = context;
    this.#decoder = new MessageDecoder(context);
  }

  start(): void {
    this.#exchange.onAbort(() => this.#cancel());
    try {
      this.#reader = this.#method.open(this);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#exchange.readBody(this);
    const { timeoutMs } = this.#head;
    if (timeoutMs !== undefined && !this.#isDone) this.#context.deadlines.add(this, timeoutMs);
  }

  get path(): string {
    return this.#head.path;
  }

  get authority(): string {
    return this.#exchange.request.authority;
  }

  get source(): string {
    return this.#exchange.connection.source;
  }

  get metadata(): Metadata {
    return this.#head.metadata;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  addHeader(entry: MetadataEntry): void {
    this.#headers ??= [];
    this.#headers.push(toField(entry));
  }

  addTrailer(entry: MetadataEntry): void {
    this.#trailers ??= [];
    this.#trailers.push(toField(entry));
  }

  onCancel(cancelled: () => void): void {
    this.#cancelled ??= [];
    this.#cancelled.push(cancelled);
  }

  onDrain(drained: () => void): void {
    this.#drained = drained;
  }

  send(message: unknown): boolean {
    if (this.#isDone) return true;
    this.#sent += 1;
    if (this.#sent > 1 && !this.#method.isResponseStream) {
      throw new Error(`Cannot send a second message: ${this.path} answers with one`);
    }
    const bytes = this.#method.response.encode(message);
    if (this.#answer === undefined) this.#begin();
    this.#isBlocked = !this.#answer!.write(bytes);
    return !this.#isBlocked;
  }

  end(error?: GrpcError): void {
    if (this.#isDone) return;
    if (error === undefined && this.#sent === 0 && !this.#method.isResponseStream) {
      throw new Error(`Cannot end without a message: ${this.path} answers with one`);
    }
    this.#close();
    const trailers = this.#endFields(error);
    if (this.#answer !== undefined) this.#answer.end(trailers);
    else this.#exchange.respond({ status: 200, fields: [...this.#headFields(), ...trailers] });
  }

  expire(): void {
    this.#fail(new GrpcError("DEADLINE_EXCEEDED", "The client's deadline has passed"));
  }

  onData(bytes: Uint8Array): void {
    if (this.#isDone) return;
    this.#decoder.push(bytes);
    this.#takeMessages();
    this.#decoder.keep();
    const { maxMessageBytes } = this.#context;
    if (this.#decoder.heldBytes > PREFIX_BYTES + maxMessageBytes + MAX_WAITING_BYTES) {
      this.#fail(tooLarge("a stream that is faster than its handler", MAX_WAITING_BYTES));
    }
  }

  onEnd(): void {
    this.#hasBodyEnded = true;
    this.#takeMessages();
  }

  onAbort(): void {
    this.#cancel();
  }

  /** Hands over what has come, as far as the handler and the client's reading allow. */
  #takeMessages(): void {
    try {
      while (!this.#isDone && !this.#isHeld) {
        const message = this.#decoder.next();
        if (message !== undefined) this.#take(message);
        else {
          if (this.#hasBodyEnded && !this.#isEndTold) this.#takeEnd();
          break;
        }
      }
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isHeld !== this.#isPaused && !this.#isDone) this.#pause();
  }

  get #isHeld(): boolean {
    return this.#isBusy || this.#isBlocked;
  }

  #pause(): void {
    this.#isPaused = this.#isHeld;
    if (this.#isPaused) this.#exchange.pauseBody();
    else this.#exchange.resumeBody();
  }

  #take(message: ReceivedMessage): void {
    this.#messages += 1;
    if (this.#messages > 1 && !this.#method.isRequestStream) throw this.#notOne("several");
    this.#wait(this.#reader!.onMessage(this.#decode(message)));
  }

  #decode({ bytes, from, to, isCompressed }: ReceivedMessage): unknown {
    const codec = this.#method.request;
    if (!isCompressed) return codec.decode(bytes, from, to);
    const maxBytes = this.#context.maxMessageBytes;
    const { encoding } = this.#head;
    const whole = decompress(bytes.subarray(from, to), { encoding, maxBytes });
    return codec.decode(whole, 0, whole.length);
  }

  #takeEnd(): void {
    this.#isEndTold = true;
    if (this.#decoder.heldBytes > 0) {
      throw new GrpcError("INTERNAL", "Cannot read the last message: the body ends within it");
    }
    if (this.#messages === 0 && !this.#method.isRequestStream) throw this.#notOne("none");
    this.#wait(this.#reader!.onEnd());
  }

  /** As doc/statuscodes.md of gRPC has it. */
  #notOne(what: string): GrpcError {
    return new GrpcError("UNIMPLEMENTED", `Cannot take ${what}: ${this.path} takes one message`);
  }

  #wait(done: void | Promise<void>): void {
    if (done === undefined) return;
    this.#isBusy = true;
    done.then(
      () => {
        this.#isBusy = false;
        this.#takeMessages();
      },
      (error) => this.#fail(error),
    );
  }

  #begin(): void {
    const head =
      this.#headers === undefined ? plainHead : { status: 200, fields: this.#headFields() };
    this.#answer = this.#exchange.begin(head);
    this.#answer.onDrain(() => {
      this.#isBlocked = false;
      this.#drained?.();
      this.#takeMessages();
    });
  }

  #headFields(): readonly Field[] {
    return this.#headers === undefined ? plainHead.fields : [contentType, ...this.#headers];
  }

  #endFields(error: GrpcError | undefined): readonly Field[] {
    if (error === undefined && this.#trailers === undefined) return okTrailers;
    return [...statusFields(error), ...(this.#trailers ?? [])];
  }

  #fail(error: unknown): void {
    if (this.#isDone) return;
    const known = error instanceof GrpcError;
    if (!known) this.#context.onError(error);
    this.end(known ? error : new GrpcError("UNKNOWN", "The server failed to answer"));
    this.#tellCancelled();
  }

  #cancel(): void {
    if (this.#isDone) return;
    this.#close();
    this.#tellCancelled();
  }

  #close(): void {
    this.#isDone = true;
    this.cancelTimer?.();
  }

  #tellCancelled(): void {
    for (const cancelled of this.#cancelled ?? []) cancelled();
  }
}

/** Of the trailers, or of an answer that is nothing but its trailers. */
export function statusFields(error: GrpcError | undefined): readonly Field[] {
  if (error === undefined) return okTrailers;
  const fields: Field[] = [["grpc-status", String(grpcCodes[error.code])]];
  if (error.message !== "") fields.push(["grpc-message", encodeStatusMessage(error.message)]);
  return fields;
}
