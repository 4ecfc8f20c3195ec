import type { AnswerBody, AnswerHead, Exchange, Handler } from "@breakwater/http-server";
import { RewrittenExchange } from "@breakwater/http-server";
import { injectedField } from "../injected.ts";

export interface Spoiling {
  readonly kind: string;
  /** Also of an answer without a body. */
  readonly alsoBodiless?: boolean;
  /** The answer instead, of a head that tells the fault's kind. */
  readonly begin: (head: AnswerHead, call: SpoiltCall) => AnswerBody;
}

export interface SpoiltCall {
  readonly exchange: Exchange;
  /** Tells the handler, in a while, that it need not go on. */
  readonly abandon: () => void;
}

/** Has the handler answer, and spoils what it answers. */
export function spoil(
  exchange: Exchange,
  handler: Handler,
  { kind, alsoBodiless = false, begin }: Spoiling,
): void | Promise<void> {
  const spoilt: RewrittenExchange = new RewrittenExchange(exchange, {
    alsoBodiless,
    begin: (head) => {
      const fields = [...(head.fields ?? []), injectedField(`fault=${kind}`)];
      // Later, for the handler has not got the body yet that it is to give up.
      const abandon = () => queueMicrotask(() => spoilt.abandon());
      return begin({ ...head, fields }, { exchange, abandon });
    },
  });
  return handler(spoilt);
}

/** Where to break off: half-way if nobody says, and never at the end or beyond. */
export function breakPoint(at: number | undefined, length: number | undefined): number {
  if (length === undefined) return at ?? UNKNOWN_LENGTH_BREAK;
  return Math.min(at ?? Math.floor(length / 2), length - 1);
}

const UNKNOWN_LENGTH_BREAK = 1024;

/** Lets so many bytes through, and then does that. */
export function brokenBody(body: AnswerBody, at: number, breakOff: () => void): AnswerBody {
  let left = at;
  let isBroken = false;
  const finish = (): void => {
    if (isBroken) return;
    isBroken = true;
    breakOff();
  };
  if (left === 0) finish();
  return {
    write: (bytes) => {
      // Nobody asks for more: the handler is told to give up.
      if (isBroken) return false;
      const part = bytes.subarray(0, left);
      left -= part.length;
      const goesOn = body.write(part);
      if (left === 0) finish();
      return goesOn && !isBroken;
    },
    onDrain: (drained) => body.onDrain(drained),
    end: finish,
    abort: finish,
  };
}
