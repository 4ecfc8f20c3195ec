import type { Clock } from "@breakwater/clock";
import type { Exchange, Handler } from "@breakwater/http-server";
import { ParameterError, parseSize } from "../parameter.ts";
import type { ParamDoc } from "../route-doc.ts";
import { MAX_DELAY_MS, tryMs } from "./distribution.ts";
import { respondInjected } from "./injected.ts";
import type { Random } from "./random.ts";

/** What goes wrong with an answer, its parameters read. */
export interface Fault {
  readonly kind: string;
  /** Answers the exchange: with what the handler answers, spoilt, or without asking it. */
  inject(exchange: Exchange, handler: Handler, tools: FaultTools): void | Promise<void>;
}

export interface FaultTools {
  readonly clock: Clock;
  readonly random: Random;
}

/** One way for an answer to go wrong, with the values that its parameters have. */
export interface FaultKind<Values> {
  readonly name: string;
  readonly summary: string;
  readonly parameters: { readonly [Name in keyof Values]: FaultParameter<Values[Name]> };
  /**
   * What HTTP/1.1 alone can send: "Cannot send … over HTTP/2.0". Left out if all protocols have it.
   */
  readonly http1Only?: string;
  readonly inject: (
    values: Values,
    ...call: Parameters<Fault["inject"]>
  ) => ReturnType<Fault["inject"]>;
}

/** A kind whose parameters are yet to be read. */
export interface AnyFaultKind {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly ParamDoc[];
  /** Takes the texts by name; throws a ParameterError for what it does not know. */
  read(texts: ReadonlyMap<string, string>): Fault;
}

export interface FaultParameter<Value> {
  /** Its limits, and what it is when left out, in it. */
  readonly meaning: string;
  /** Throws a ParameterError. */
  read(name: string, text: string | undefined): Value;
}

export function faultKind<Values>(kind: FaultKind<Values>): AnyFaultKind {
  const { name, summary, parameters, http1Only, inject } = kind;
  const names = Object.keys(parameters) as (keyof Values & string)[];
  const read = (texts: ReadonlyMap<string, string>): Fault => {
    for (const [given, text] of texts) {
      if (!names.some((known) => known === given)) throw unknownParameter(name, given, text, names);
    }
    const entries = names.map((one) => [one, parameters[one].read(one, texts.get(one))]);
    // Each parameter gave its own value.
    const values = Object.fromEntries(entries) as Values;
    return {
      kind: name,
      inject: (exchange, handler, tools) => {
        const { protocol } = exchange.request;
        if (http1Only === undefined || protocol === "HTTP/1.1") {
          return inject(values, exchange, handler, tools);
        }
        const message = `Cannot send ${http1Only} over ${protocol}: ask by HTTP/1.1`;
        return respondInjected(exchange, { status: 501, mark: `fault=${name}`, message });
      },
    };
  };
  return {
    name,
    summary,
    params: names.map((one) => ({ name: one, meaning: parameters[one].meaning })),
    read,
  };
}

function unknownParameter(
  kind: string,
  given: string,
  text: string,
  names: readonly string[],
): ParameterError {
  const known = names.length === 0 ? "left out, for it has none" : `one of ${names.join(", ")}`;
  return new ParameterError(`a parameter of the fault ${kind}`, `${given}=${text}`, known);
}

export interface Bounds<Missing> {
  readonly meaning: string;
  readonly min?: number;
  readonly max: number;
  /** What it is when nobody says. */
  readonly missing: Missing;
}

/** A number of bytes, as "100" or "10K". */
export function bytesParameter<Missing extends number | undefined>(
  bounds: Bounds<Missing>,
): FaultParameter<number | Missing> {
  const { meaning, min = 0, max, missing } = bounds;
  const read = (name: string, text: string | undefined): number | Missing => {
    if (text === undefined) return missing;
    return parseSize(name, text, { min, max });
  };
  return { meaning, read };
}

/** A time, as "50", "50ms" or "1.5s", in ms. */
export function timeParameter<Missing extends number | undefined>(
  bounds: Omit<Bounds<Missing>, "max">,
): FaultParameter<number | Missing> {
  const { meaning, min = 0, missing } = bounds;
  const read = (name: string, text: string | undefined): number | Missing => {
    if (text === undefined) return missing;
    const ms = tryMs(text);
    if (ms >= min) return ms;
    throw new ParameterError(name, text, `a time from ${min} to ${MAX_DELAY_MS} ms, like 50 or 2s`);
  };
  return { meaning, read };
}

/** A whole number, which may be negative. */
export function wholeParameter(bounds: Bounds<number>): FaultParameter<number> {
  const { meaning, min = 0, max, missing } = bounds;
  const read = (name: string, text: string | undefined): number => {
    if (text === undefined) return missing;
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
    throw new ParameterError(name, text, `a whole number from ${min} to ${max}`);
  };
  return { meaning, read };
}

/** One of these words, the first if nobody says. */
export function choiceParameter<Word extends string>(
  meaning: string,
  words: readonly [Word, ...Word[]],
): FaultParameter<Word> {
  const read = (name: string, text: string | undefined): Word => {
    const word = text === undefined ? words[0] : words.find((one) => one === text);
    if (word === undefined) throw new ParameterError(name, text ?? "", words.join(" or "));
    return word;
  };
  return { meaning, read };
}
