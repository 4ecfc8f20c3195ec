import type { BodyFlow, BodyReceiver, OutgoingRequest } from "@breakwater/http-client";
import { BodyFeed } from "./body-feed.ts";
import type { AnswerKind } from "./s3-call.ts";

/** Of a listing with 1,000 long keys some 4 MiB; a document is held whole. */
const MAX_DOCUMENT_BYTES = 16 * 1_048_576;

export type ResponseHead = Parameters<BodyReceiver["onHead"]>[0];

/** Takes an answer in: an object's body goes to its feed, all else is kept for the end. */
export class AnswerReceiver implements BodyReceiver {
  readonly #kind: AnswerKind;
  readonly #onObject: (head: ResponseHead, feed: BodyFeed) => void;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #flow: BodyFlow | undefined;
  feed: BodyFeed | undefined;

  /** `onObject` is told as soon as the head of a found object has come. */
  constructor(kind: AnswerKind, onObject: (head: ResponseHead, feed: BodyFeed) => void) {
    this.#kind = kind;
    this.#onObject = onObject;
  }

  onHead(head: ResponseHead, flow: BodyFlow): void {
    this.#flow = flow;
    const { status, contentLength } = head;
    if (this.#kind !== "object" || status >= 300 || contentLength === undefined) return;
    this.feed = new BodyFeed({ bytes: contentLength, crc32: wholeCrc32(head) }, flow);
    this.#onObject(head, this.feed);
  }

  onBody(chunk: Uint8Array, from: number, to: number): void {
    const piece = chunk.subarray(from, to);
    if (this.feed !== undefined) {
      this.feed.push(piece);
      return;
    }
    this.#pieceBytes += piece.length;
    if (this.isTooLarge) this.#flow?.cancel();
    else this.#pieces.push(piece);
  }

  get isTooLarge(): boolean {
    return this.#pieceBytes > MAX_DOCUMENT_BYTES;
  }

  /** All that did not go to a feed. */
  document(): Uint8Array {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
  }
}

/** The CRC32 of just this body: not of parts, and not of an object of which this is a range. */
function wholeCrc32(head: ResponseHead): string | undefined {
  const crc32 = head.header("x-amz-checksum-crc32");
  const isOfParts = head.header("x-amz-checksum-type") === "COMPOSITE" || crc32?.includes("-");
  return head.status === 200 && isOfParts !== true ? crc32 : undefined;
}

/** How all requests of a store are received: see AnswerReceiver. */
export const received: Pick<OutgoingRequest, "collectBody" | "timeoutMs"> = {
  collectBody: false,
  timeoutMs: Number.POSITIVE_INFINITY,
};
