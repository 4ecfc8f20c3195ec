import type { Place } from "@breakwater/tcp-relay";
import { formatPlace } from "@breakwater/units";
import {
  type BothImpairments,
  parseImpairments,
  parseObject,
  toFields,
  unknownField,
} from "./impairment-fields.ts";
import { parseListen, parseUpstream } from "./place.ts";
import { ProxyError, shown } from "./proxy-error.ts";

/** One proxy as it is to be. */
export interface ProxySpec {
  readonly name: string;
  readonly listen: Place;
  readonly upstream: Place;
  readonly impairments: BothImpairments;
}

/** What may change while a proxy runs. */
export interface ProxyChange {
  readonly upstream?: Place;
  readonly impairments: BothImpairments;
}

const specFields = ["name", "listen", "upstream", "both", "up", "down"];

/** Reads {"name", "listen", "upstream", "both", "up", "down"}, as config files and POST have it. */
export function parseProxySpec(value: unknown, base?: BothImpairments): ProxySpec {
  const fields = parseObject("a proxy", value);
  refuseUnknown(fields, specFields);
  const spec = {
    name: parseName(fields.name),
    listen: parseListen(fields.listen),
    upstream: parseUpstream(fields.upstream),
    impairments: mergeImpairments(base ?? { up: {}, down: {} }, fields),
  };
  const { listen, upstream } = spec;
  if (listen.port === upstream.port && (listen.hostname ?? "127.0.0.1") === upstream.hostname) {
    const cannot = `Cannot use upstream "${formatPlace(upstream)}" of proxy "${spec.name}"`;
    throw new ProxyError("bad_option", `${cannot}: the proxy itself listens there`);
  }
  return spec;
}

/** Reads NAME=LISTEN=UPSTREAM, as --proxy has it. */
export function parseProxyFlag(flag: string, base: BothImpairments): ProxySpec {
  const parts = flag.split("=");
  const [name, listen, upstream] = parts;
  if (parts.length === 3) return parseProxySpec({ name, listen, upstream }, base);
  throw new ProxyError(
    "bad_option",
    `Cannot use proxy "${flag}": write NAME=LISTEN=UPSTREAM such as api=127.0.0.1:8081=127.0.0.1:8080`,
  );
}

/** Reads what PATCH may say: a field that is null is taken away, others stay. */
export function parseProxyChange(value: unknown, now: BothImpairments): ProxyChange {
  const fields = parseObject("a change of a proxy", value);
  for (const fixed of ["name", "listen"]) {
    if (fixed in fields) {
      const hint = "delete the proxy and add another one";
      throw new ProxyError("bad_option", `Cannot change ${fixed} of a proxy: ${hint}`);
    }
  }
  refuseUnknown(fields, specFields);
  const impairments = mergeImpairments(now, fields);
  if (!("upstream" in fields)) return { impairments };
  return { upstream: parseUpstream(fields.upstream), impairments };
}

function mergeImpairments(
  base: BothImpairments,
  fields: Readonly<Record<string, unknown>>,
): BothImpairments {
  const both = parseObject("both", fields.both ?? {});
  const merged = (direction: "up" | "down") => {
    const own = parseObject(direction, fields[direction] ?? {});
    const all = Object.entries({ ...toFields(base[direction]), ...both, ...own });
    return parseImpairments(Object.fromEntries(all.filter(([, written]) => written !== null)));
  };
  return { up: merged("up"), down: merged("down") };
}

function parseName(value: unknown): string {
  if (typeof value === "string" && /^[\w.-]{1,64}$/.test(value)) return value;
  throw new ProxyError(
    "bad_option",
    `Cannot name a proxy ${shown(value)}: use 1 to 64 letters, digits, ".", "-" and "_"`,
  );
}

function refuseUnknown(fields: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownField(stranger, known);
}
