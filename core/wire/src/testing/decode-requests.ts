import { latin1 } from "../ascii.ts";
import { WireError, type WireErrorCode } from "../error.ts";
import type { Field } from "../field.ts";
import { RequestDecoder, type RequestLimits } from "../request-decoder.ts";
import type { RequestHeadView } from "../request-head.ts";

export const requestLimits: RequestLimits = {
  maxHeadBytes: 64 * 1024,
  maxHeaders: 100,
  maxBodyBytes: 1024 ** 3,
  maxChunkLineBytes: 4096,
  maxTrailerBytes: 8192,
};

export interface DecodedRequest {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly headers: readonly Field[];
  readonly body: string;
  /** Undefined when the request has not come to its end. */
  readonly trailers: readonly Field[] | undefined;
}

export interface DecodedRequests {
  readonly requests: readonly DecodedRequest[];
  readonly heads: readonly RequestHeadView[];
  /** How much had been pushed when it ended. */
  readonly taken: number;
  readonly error: WireErrorCode | undefined;
}

export interface DecodeRequestsOptions {
  /** The sizes of the pieces, over and over; all in one when empty. */
  readonly cuts?: readonly number[];
  readonly limits?: RequestLimits;
}

/** Decodes a stream, given as latin1 text, up to its end or first error. */
export function decodeRequests(text: string, options: DecodeRequestsOptions = {}): DecodedRequests {
  const { cuts = [], limits = requestLimits } = options;
  const stream = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const requests: { -readonly [K in keyof DecodedRequest]: DecodedRequest[K] }[] = [];
  const heads: RequestHeadView[] = [];
  const decoder = new RequestDecoder(limits, {
    onHead: (head) => {
      const { method, target, protocol, keepAlive, expectsContinue } = head;
      const headers = head.headers();
      const line = { method, target, protocol, keepAlive, expectsContinue, headers };
      requests.push({ ...line, body: "", trailers: undefined });
      heads.push(head);
    },
    onBody: (chunk, from, to) => {
      if (from >= to) throw new Error("An empty part of a body was told");
      requests.at(-1)!.body += latin1(chunk, from, to);
    },
    onEnd: (trailers) => {
      requests.at(-1)!.trailers = trailers;
    },
  });
  let taken = 0;
  let error: WireErrorCode | undefined;
  try {
    for (let index = 0; taken < stream.length; index += 1) {
      const size = cuts[index % cuts.length] ?? stream.length;
      const piece = stream.slice(taken, taken + size);
      taken += piece.length;
      for (let at = 0; at < piece.length; ) at = decoder.push(piece, at);
    }
    decoder.end();
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    error = thrown.code;
  }
  return { requests, heads, taken, error };
}
