import { type RouteHandler, refuse } from "@breakwater/http-server";
import { parseBytes, UnitError } from "@breakwater/units";

export type ParameterErrorCode = "bad_parameter";

/** A part of a request's path or query that cannot be used; its client is told 400. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  readonly code: ParameterErrorCode = "bad_parameter";

  /** `wanted` goes on from "it must be". */
  constructor(name: string, text: string, wanted: string) {
    super(`Cannot use ${name} ${shown(text)}: it must be ${wanted}`);
  }
}

/** The handler, with 400 where it throws a ParameterError before it answers. */
export function checked<Param extends string>(handler: RouteHandler<Param>): RouteHandler<Param> {
  return (exchange, params) => {
    try {
      return handler(exchange, params);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      return refuse(exchange, 400, error.message);
    }
  };
}

export interface WholeLimits {
  readonly min?: number;
  readonly max: number;
  /** As in "a whole number of milliseconds". */
  readonly of?: string;
}

/** Decimal digits and nothing else, from `min` (or 0) to `max`. */
export function parseWhole(name: string, text: string, limits: WholeLimits): number {
  const { min = 0, max, of } = limits;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  const what = of === undefined ? "a whole number" : `a whole number of ${of}`;
  throw new ParameterError(name, text, `${what} from ${min} to ${max}`);
}

/** Bytes as "11111", "10K", "1m" or "10G", each unit 1024 of the one before. */
export function parseSize(name: string, text: string, { min = 0, max }: WholeLimits): number {
  const bytes = tryParseBytes(text);
  if (bytes !== undefined && bytes >= min && bytes <= max) return bytes;
  const wanted = `whole bytes from ${min} to ${max}, like 11111, 10K or 1M (units of 1024)`;
  throw new ParameterError(name, text, wanted);
}

/** "true", "1", "yes" or "on", and their opposites, in any case. */
export function parseSwitch(name: string, text: string): boolean {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new ParameterError(name, text, "true or false");
}

/** What may stand in a field as it is: visible ASCII, blanks between, up to 2048 characters. */
export function parseFieldValue(name: string, text: string): string {
  if (text.length <= 2048 && /^[!-~](?:[ -~]*[!-~])?$/.test(text)) return text;
  throw new ParameterError(name, text, "1 to 2048 printable ASCII characters, no blank at an end");
}

/** Up to 16 names of fields with commas between. */
export function parseFieldNames(name: string, text: string): readonly string[] {
  const names = text.split(",").map((one) => one.trim());
  if (names.length <= 16 && names.every((one) => token.test(one))) return names;
  throw new ParameterError(name, text, "1 to 16 field names, like Accept-Language,Cookie");
}

/** RFC 9110, section 5.6.2; up to 64 characters. */
export const token: RegExp = /^[!#$%&'*+.^_`|~\w-]{1,64}$/;

function tryParseBytes(text: string): number | undefined {
  try {
    return parseBytes(text);
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}

/** A long one would only be repeated. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
