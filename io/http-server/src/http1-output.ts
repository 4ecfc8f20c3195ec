import type { Transport } from "./transport.ts";

/** Small answers to requests that came together are joined up to this size. */
const GATHER_BYTES = 65_536;
/** Larger pieces go out by themselves. */
const MAX_JOINED_BYTES = 16_384;

/**
 * What a connection sends: during a read, what is small is kept until its end, so that answers to
 * requests that came together leave together.
 *
 * Hot path: a single answer is one write and nothing copied.
 */
export class Http1Output {
  readonly #transport: Transport;
  #isGathering: boolean = false;
  #first: Uint8Array | string | undefined;
  #gatheredBytes = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** From now on until flush(). */
  gather(): void {
    this.#isGathering = true;
  }

  /** As Transport.write(); texts are latin1. */
  send(data: Uint8Array | string): boolean {
    if (this.#isGathering && data.length <= MAX_JOINED_BYTES) {
      if (this.#first === undefined && this.#gatheredBytes === 0) {
        this.#first = data;
        return true;
      }
      if (this.#join(data)) return true;
    }
    this.#release();
    return this.#transport.write(data);
  }

  /** A whole answer. */
  sendAnswer(head: string, body: Uint8Array): void {
    if (this.#isGathering) {
      this.send(head);
      this.send(body);
    } else this.#transport.writeJoined(head, body);
  }

  /** The read is over: sends what was kept. */
  flush(): void {
    this.#isGathering = false;
    this.#release();
  }

  #join(data: Uint8Array | string): boolean {
    const first = this.#first;
    const firstBytes = first === undefined ? 0 : first.length;
    if (this.#gatheredBytes + firstBytes + data.length > GATHER_BYTES) return false;
    this.#first = undefined;
    if (first !== undefined) this.#append(first);
    this.#append(data);
    return true;
  }

  #append(data: Uint8Array | string): void {
    if (typeof data === "string") shared.write(data, this.#gatheredBytes, "latin1");
    else shared.set(data, this.#gatheredBytes);
    this.#gatheredBytes += data.length;
  }

  #release(): void {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      this.#transport.write(first);
    } else if (this.#gatheredBytes > 0) {
      const bytes = shared.subarray(0, this.#gatheredBytes);
      this.#gatheredBytes = 0;
      // Copied: the buffer is all connections', and the transport may keep what it is given.
      this.#transport.writeJoined("", bytes);
    }
  }
}

/** Never left filled: a read is over before another connection's begins. */
const shared: Buffer = Buffer.alloc(GATHER_BYTES);
