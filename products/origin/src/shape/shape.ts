import { ParameterError, parseSize, parseWhole } from "../parameter.ts";
import { type Distribution, parseDistribution } from "./distribution.ts";
import type { Fault } from "./fault.ts";
import { parseFault } from "./fault-kinds.ts";

/**
 * What is done to an answer. A word that is left out leaves what another place says, undefined
 * takes that back.
 */
export interface Shape {
  /** Waited before anything else. */
  readonly delay?: Distribution | undefined;
  /** Of the answer's body, bytes per second. */
  readonly bandwidth?: number | undefined;
  /** Of the request's body, bytes per second. */
  readonly upload?: number | undefined;
  /** Answered instead of what was asked for, in such a share of all cases. */
  readonly error?: InjectedError | undefined;
  readonly fault?: InjectedFault | undefined;
  /** Of the numbers that are drawn for this: the same lead to the same. */
  readonly seed?: number | undefined;
}

export interface InjectedError {
  /** 400 to 599. */
  readonly status: number;
  /** 0 to 1. */
  readonly rate: number;
}

export interface InjectedFault {
  readonly fault: Fault;
  /** 0 to 1. */
  readonly rate: number;
}

/**
 * Reads "delay=normal(50,10); bandwidth=1M; error=503:0.1; fault=truncate(at=9):0.05; seed=7": the
 * words of `shapeWords` in any order. Throws a ParameterError.
 */
export function parseShape(text: string): Shape {
  const shape: Shape = {};
  for (const part of text.split(";").map((one) => one.trim())) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const word = part.slice(0, Math.max(equals, 0)).trim();
    if (!isShapeWord(word)) {
      const wanted = `${shapeWords.join(", ")} with = and a value, and ; between them`;
      throw new ParameterError("the shape", part, `of ${wanted}`);
    }
    Object.assign(shape, parseWord(word, part.slice(equals + 1).trim()));
  }
  return shape;
}

/** Reads what a query says of it, but for these words. Throws a ParameterError. */
export function parseQueryShape(query: string, except: readonly ShapeWord[] = []): Shape {
  const shape: Shape = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!isShapeWord(name) || except.includes(name)) continue;
    Object.assign(shape, parseWord(name, value.trim()));
  }
  return shape;
}

const parsers = {
  delay: parseDistribution,
  bandwidth: (text) => parseBandwidth("bandwidth", text),
  upload: (text) => parseBandwidth("upload", text),
  error: parseError,
  fault: parseInjectedFault,
  seed: (text) => parseWhole("seed", text, { max: 2 ** 32 - 1 }),
} as const satisfies { [Word in keyof Shape]: (text: string) => Shape[Word] };

export type ShapeWord = keyof Shape;

export const shapeWords = Object.keys(parsers) as readonly ShapeWord[];

export function isShapeWord(text: string): text is ShapeWord {
  return Object.hasOwn(parsers, text);
}

function parseWord(word: ShapeWord, text: string): Shape {
  return { [word]: text === "none" ? undefined : parsers[word](text) };
}

/** 1 TB/s, more than any wire. */
const MAX_BYTES_PER_SECOND = 1e12;

function parseBandwidth(name: string, text: string): number {
  return parseSize(name, text.replace(/\/s$/, ""), { min: 1, max: MAX_BYTES_PER_SECOND });
}

function parseError(text: string): InjectedError {
  const [, status, rate] = /^(\d+)(?::(.*))?$/.exec(text) ?? [];
  if (status === undefined || Number(status) < 400 || Number(status) > 599) {
    throw new ParameterError("error", text, "a status from 400 to 599 and its rate, like 503:0.1");
  }
  return { status: Number(status), rate: parseRate("error", rate) };
}

function parseInjectedFault(text: string): InjectedFault {
  const [, kind, inner = "", rate] = /^([a-z-]+)(?:\((.*)\))?(?::([^)]*))?$/.exec(text) ?? [];
  if (kind === undefined) {
    throw new ParameterError("fault", text, "a kind and its rate, like truncate(at=100):0.05");
  }
  const parameters = new Map<string, string>();
  for (const part of inner.split(",").map((one) => one.trim())) {
    if (part === "") continue;
    const [name = "", ...value] = part.split("=");
    parameters.set(name.trim(), value.join("=").trim());
  }
  return { fault: parseFault(kind, parameters), rate: parseRate("fault", rate) };
}

/** Always, if nobody says. */
function parseRate(name: string, text = "1"): number {
  const rate = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (rate <= 1) return rate;
  throw new ParameterError(`the rate of ${name}`, text, "a share from 0 to 1, like 0.05");
}
