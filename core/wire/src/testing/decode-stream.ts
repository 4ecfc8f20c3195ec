import { latin1 } from "../ascii.ts";
import { WireError, type WireErrorCode } from "../error.ts";
import type { Field } from "../field.ts";
import { ResponseDecoder } from "../response-decoder.ts";
import type { ResponseHead } from "../response-head.ts";
import { defaultLimits, type ResponseLimits } from "../response-limits.ts";

/** Decodes a stream, given as latin1 text, up to its end or first error. */
export function decodeStream(text: string, options: DecodeOptions = {}): Decoded {
  const { methods = ["GET"], cuts = [], limits = defaultLimits } = options;
  const stream = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const { decoder, responses } = recordingDecoder(methods, limits);
  let taken = 0;
  let surplusBytes = 0;
  let error: WireErrorCode | undefined;
  try {
    for (let index = 0; taken < stream.length; index += 1) {
      const size = cuts[index % cuts.length] ?? stream.length;
      let piece = stream.subarray(taken, taken + size);
      taken += piece.length;
      while (piece.length > 0 && !decoder.idle) piece = piece.subarray(decoder.push(piece));
      surplusBytes += piece.length;
    }
    decoder.end();
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    error = thrown.code;
  }
  return { responses, surplusBytes, taken, error };
}

export interface DecodedResponse {
  interim: number[];
  status: number;
  reason: string;
  keepAlive: boolean;
  headers: readonly Field[];
  body: string;
  trailers: readonly Field[];
}

export interface Decoded {
  readonly responses: readonly DecodedResponse[];
  /** What came when no response was expected any more. */
  readonly surplusBytes: number;
  /** How much had been pushed when it ended. */
  readonly taken: number;
  readonly error: WireErrorCode | undefined;
}

export interface DecodeOptions {
  /** One per response expected. */
  readonly methods?: readonly string[];
  /** The sizes of the pieces, over and over; all in one when empty. */
  readonly cuts?: readonly number[];
  readonly limits?: ResponseLimits;
}

/** Expects the next response from within the end of the one before, as a pipelining client may. */
function recordingDecoder(methods: readonly string[], limits: ResponseLimits) {
  const responses: DecodedResponse[] = [];
  let interim: number[] = [];
  let started = 0;
  const expectNext = () => {
    const method = methods[started];
    started += 1;
    if (method !== undefined) decoder.expect(method);
  };
  const decoder = new ResponseDecoder(limits, {
    onInterim: ({ status }) => interim.push(status),
    onHead: (head: ResponseHead) => {
      const { status, reason, keepAlive } = head;
      const headers = head.headers();
      responses.push({ interim, status, reason, keepAlive, headers, body: "", trailers: [] });
      interim = [];
    },
    onBody: (chunk, from, to) => {
      responses.at(-1)!.body += latin1(chunk, from, to);
    },
    onEnd: (trailers) => {
      responses.at(-1)!.trailers = trailers;
      expectNext();
    },
  });
  expectNext();
  return { decoder, responses };
}
