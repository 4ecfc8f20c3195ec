import type { RequestBody } from "../request-body.ts";
import { openStream } from "../request-body.ts";
import type { BodyError } from "./chunked-stream.ts";

/** The body of a call over all its attempts. */
export class BodySource {
  readonly #body: RequestBody;
  #stream: ReadableStream<Uint8Array> | undefined;
  /** Why it could not be sent. */
  error: BodyError | undefined;

  constructor(body: RequestBody) {
    this.#body = body;
    if (!(body instanceof Uint8Array)) this.#stream = openStream(body);
  }

  /** Of the next attempt; `undefined` where the body is bytes. */
  get stream(): ReadableStream<Uint8Array> | undefined {
    return this.#stream;
  }

  /** False: what went out cannot be had again. */
  tryRewind(): boolean {
    if (this.#body instanceof Uint8Array || this.#stream?.locked === false) return true;
    this.#stream = this.#body.open();
    return this.#stream !== undefined;
  }

  /** Nobody reads it any more: a stream that never went out is told. */
  drop(): void {
    if (this.#stream?.locked !== false) return;
    this.#stream.cancel().catch(() => {
      // The stream's own trouble; nobody waits for its bytes.
    });
  }
}
