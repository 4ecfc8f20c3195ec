import type { Direction, Impairments } from "@breakwater/tcp-relay";
import { parseBytes, parseDuration } from "@breakwater/units";
import { ProxyError, shown } from "./proxy-error.ts";

/** Impairments as users write them; durations and sizes come as text or as ms and bytes. */
export type ImpairmentFields = Readonly<Record<string, unknown>>;

export const directions = ["up", "down", "both"] as const;
export type DirectionChoice = (typeof directions)[number];

export type BothImpairments = Readonly<Record<Direction, Impairments>>;

/** What a user may say, and which impairment it is. */
export const impairmentFields: Readonly<Record<string, Field>> = {
  latency: { key: "latencyMs", kind: "duration" },
  jitter: { key: "jitterMs", kind: "duration" },
  bandwidth: { key: "bytesPerSecond", kind: "rate" },
  slice: { key: "sliceBytes", kind: "bytes" },
  sliceDelay: { key: "sliceDelayMs", kind: "duration" },
  reset: { key: "resetChance", kind: "chance" },
  drop: { key: "dropChance", kind: "chance" },
  slowClose: { key: "slowCloseMs", kind: "duration" },
  timeout: { key: "timeoutMs", kind: "duration" },
  resetPeer: { key: "resetPeerMs", kind: "duration" },
  limitData: { key: "limitBytes", kind: "bytes" },
};

interface Field {
  readonly key: keyof Impairments;
  readonly kind: Kind;
}

type Kind = "duration" | "rate" | "bytes" | "chance";

/** Throws a ProxyError that names the first field that cannot be. */
export function parseImpairments(value: unknown): Impairments {
  const parsed: { -readonly [Key in keyof Impairments]: number } = {};
  for (const [name, written] of Object.entries(parseObject("impairments", value))) {
    if (written === undefined) continue;
    const field = impairmentFields[name];
    if (field === undefined || !Object.hasOwn(impairmentFields, name)) {
      throw unknownField(name, Object.keys(impairmentFields));
    }
    parsed[field.key] = parseValue(name, field.kind, written);
  }
  if (parsed.sliceDelayMs !== undefined && parsed.sliceBytes === undefined) {
    const hint = 'say how long a slice is, too, such as slice "100B"';
    throw new ProxyError("bad_option", `Cannot use sliceDelay without slice: ${hint}`);
  }
  return parsed;
}

/** As a user could write them: durations in ms, sizes in bytes. */
export function toFields(impairments: Impairments): ImpairmentFields {
  const all = Object.entries(impairmentFields).map(([name, { key }]) => [name, impairments[key]]);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** The same impairments for the chosen directions. */
export function inDirections(
  impairments: Impairments,
  direction: DirectionChoice,
): Partial<BothImpairments> {
  if (direction === "both") return { up: impairments, down: impairments };
  return direction === "up" ? { up: impairments } : { down: impairments };
}

export function parseDirection(value: unknown): DirectionChoice {
  const direction = directions.find((each) => each === value);
  if (direction !== undefined) return direction;
  const cannot = `Cannot use direction ${JSON.stringify(value)}`;
  throw new ProxyError("bad_option", `${cannot}: it must be up, down or both`);
}

export function parseObject(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  const cannot = `Cannot use ${shown(value)} as ${what}`;
  throw new ProxyError("bad_option", `${cannot}: write a JSON object`);
}

export function unknownField(name: string, known: readonly string[]): ProxyError {
  const cannot = `Cannot use field ${JSON.stringify(name)}`;
  return new ProxyError("bad_option", `${cannot}: there are ${known.join(", ")}`);
}

/** Nobody waits longer for a network, and timers go wrong beyond 24 days. */
const MAX_DURATION_MS = 3_600_000;

const parsers: Readonly<Record<Kind, (value: unknown) => number | undefined>> = {
  duration: (value) => inRange(tried(parseDuration, value), 0, MAX_DURATION_MS),
  bytes: (value) => inRange(tried(parseBytes, value), 1, Number.MAX_SAFE_INTEGER),
  rate: (value) => {
    const bytes = typeof value === "string" ? value.replace(/\/s$/, "") : value;
    return inRange(tried(parseBytes, bytes), 1, Number.MAX_SAFE_INTEGER);
  },
  chance: (value) => {
    const isText = typeof value === "string" && /^[\d.]+(e-\d+)?$/.test(value);
    return inRange(isText || typeof value === "number" ? Number(value) : Number.NaN, 0, 1);
  },
};

const wanted: Readonly<Record<Kind, string>> = {
  duration: 'a duration from 0 to 1h, such as "50ms" or "1.5s"',
  bytes: 'a number of bytes from 1, such as "100B", "10K" or "1MB"',
  rate: 'bytes per second from 1, such as "1MB/s" or "64K/s"',
  chance: "a number from 0 to 1, such as 0.01 for one in a hundred",
};

function parseValue(name: string, kind: Kind, value: unknown): number {
  const parsed = parsers[kind](value);
  if (parsed !== undefined) return parsed;
  const cannot = `Cannot use ${name} ${JSON.stringify(value)}`;
  throw new ProxyError("bad_option", `${cannot}: it must be ${wanted[kind]}`);
}

function tried(parse: (value: string | number) => number, value: unknown): number {
  if (typeof value !== "string" && typeof value !== "number") return Number.NaN;
  try {
    return parse(value);
  } catch {
    // Its sentence would not name the field.
    return Number.NaN;
  }
}

function inRange(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
