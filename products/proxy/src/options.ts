import type { Place } from "@breakwater/tcp-relay";
import {
  type BothImpairments,
  type ImpairmentFields,
  inDirections,
  parseDirection,
  parseImpairments,
} from "./impairment-fields.ts";
import { parseListen } from "./place.ts";
import { ProxyError } from "./proxy-error.ts";
import { type ProxySpec, parseProxyFlag, parseProxySpec } from "./proxy-spec.ts";

/** What the user of `bw proxy` may say. */
export interface ProxyOptions {
  /** One proxy, of the name "default": HOST:PORT or :PORT. */
  readonly listen?: string | undefined;
  readonly upstream?: string | undefined;
  /** More of them, as NAME=LISTEN=UPSTREAM. */
  readonly proxies?: readonly string[] | undefined;
  /** More of them, as a file's JSON has them. */
  readonly list?: unknown;
  /** Of all proxies; what the list says of one wins. */
  readonly impairments?: ImpairmentFields | undefined;
  /** "up", "down" or, if left out, "both". */
  readonly direction?: string | undefined;
  /** HOST:PORT, :PORT or "off"; left out: the default one, and none if that is taken. */
  readonly control?: string | undefined;
  /** What happens by chance is the same with the same seed; any if left out. */
  readonly seed?: number | undefined;
}

/** The options, checked and complete. */
export interface ProxySettings {
  readonly proxies: readonly ProxySpec[];
  readonly control: ControlSettings;
  readonly seed: number;
}

export type ControlSettings =
  | { readonly kind: "off" }
  | { readonly kind: "on"; readonly place: Place; readonly isAskedFor: boolean };

/** Toxiproxy's. */
export const DEFAULT_CONTROL = "127.0.0.1:8474";
const MAX_SEED = 2 ** 32 - 1;

/** Throws a ProxyError that says which option cannot be. */
export function parseProxyOptions(options: ProxyOptions, anySeed: () => number): ProxySettings {
  const { listen, upstream, proxies = [], list, control, seed = anySeed() } = options;
  const direction = parseDirection(options.direction ?? "both");
  const impairments = inDirections(parseImpairments(options.impairments ?? {}), direction);
  const base: BothImpairments = { up: {}, down: {}, ...impairments };
  const specs: ProxySpec[] = [];
  if (listen !== undefined || upstream !== undefined) {
    specs.push(parseProxySpec({ name: "default", listen, upstream }, base));
  }
  specs.push(...proxies.map((flag) => parseProxyFlag(flag, base)));
  if (list !== undefined) specs.push(...parseList(list, base));
  refuseSameName(specs);
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    const hint = `it must be a whole number from 0 to ${MAX_SEED}`;
    throw new ProxyError("bad_option", `Cannot use seed ${seed}: ${hint}`);
  }
  if (specs.length === 0 && control === "off") {
    const hint = "name --listen and --upstream, --proxy or --proxies, or leave the control on";
    throw new ProxyError("bad_option", `Cannot run without a proxy: ${hint}`);
  }
  return { proxies: specs, control: parseControl(control), seed };
}

function parseControl(control: string | undefined): ControlSettings {
  if (control === "off") return { kind: "off" };
  const place = parseListen(control ?? DEFAULT_CONTROL);
  return { kind: "on", place, isAskedFor: control !== undefined };
}

function parseList(list: unknown, base: BothImpairments): readonly ProxySpec[] {
  if (Array.isArray(list)) return list.map((each: unknown) => parseProxySpec(each, base));
  const hint = 'write a list such as [{"name": "api", "listen": ":8081", "upstream": "host:80"}]';
  throw new ProxyError("bad_option", `Cannot use the file of proxies: ${hint}`);
}

function refuseSameName(specs: readonly ProxySpec[]): void {
  const names = specs.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice === undefined) return;
  throw new ProxyError("name_in_use", `Cannot add two proxies "${twice}": name one otherwise`);
}
