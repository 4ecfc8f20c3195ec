import type { AnswerBody } from "@breakwater/http-server";
import type { ByteRange, Field } from "@breakwater/s3";
import type { Content, ContentReader } from "../disk/disk.ts";
import type { Call } from "./call.ts";

export interface ContentAnswer {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly content: Content;
  /** At least one byte. */
  readonly range: ByteRange;
}

/** Answers with those bytes, as fast as the client takes them. */
export async function sendContent(call: Call, answer: ContentAnswer): Promise<void> {
  const { exchange, store } = call;
  const { status, range } = answer;
  using reading = new DisposableStack();
  const reader = reading.use(store.disk.read(answer.content, range));
  const next = reader.next();
  // Before the head: a disk that fails can still be told of.
  const first = next instanceof Promise ? await next : next;
  const fields = [...answer.fields, ...call.fields];
  const contentLength = range.last + 1 - range.first;
  if (first !== undefined && first.length === contentLength) {
    exchange.respond({ status, fields, body: first });
    return;
  }
  const body = exchange.begin({ status, fields, contentLength });
  reading.move();
  const pump = new ContentPump(reader, body, store.onError);
  exchange.onAbort(() => pump.stop());
  pump.go(first);
}

/** Hot path: a large object passes here in pieces; what is at hand needs no promise. */
class ContentPump {
  readonly #reader: ContentReader;
  readonly #body: AnswerBody;
  readonly #onError: (error: unknown) => void;
  #isOver: boolean = false;

  constructor(reader: ContentReader, body: AnswerBody, onError: (error: unknown) => void) {
    this.#reader = reader;
    this.#body = body;
    this.#onError = onError;
  }

  go(first: Uint8Array | undefined): void {
    let piece = first;
    while (!this.#isOver) {
      if (piece === undefined) {
        this.stop();
        this.#body.end();
        return;
      }
      if (!this.#body.write(piece)) {
        this.#body.onDrain(() => this.#goOn());
        return;
      }
      const next = this.#read();
      if (next instanceof Promise) {
        this.#await(next);
        return;
      }
      piece = next;
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#reader[Symbol.dispose]();
  }

  #goOn(): void {
    if (this.#isOver) return;
    const next = this.#read();
    if (next instanceof Promise) this.#await(next);
    else this.go(next);
  }

  #read(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    try {
      return this.#reader.next();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #await(next: Promise<Uint8Array | undefined>): void {
    next.then((bytes) => this.go(bytes)).catch((error: unknown) => this.#fail(error));
  }

  /** The head is out already: the client notices by the length. */
  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.stop();
    this.#onError(error);
    this.#body.abort();
  }
}
