import type { TagSource } from "@breakwater/metrics";

type TagMap = Readonly<Record<string, string>>;

/**
 * Tags as a script gives them: text, and what k6 writes as text. Hot path: those that are text
 * alone are not copied. Throws a TypeError that names the tag.
 */
export function readTags(given: unknown): TagMap | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== "object") {
    throw new TypeError(`Cannot use ${String(given)} as tags: give an object of names and values`);
  }
  const tags = given as Record<string, unknown>;
  for (const name in tags) if (typeof tags[name] !== "string") return copyAsText(tags);
  return tags as TagMap;
}

function copyAsText(tags: Record<string, unknown>): TagMap {
  const entries = Object.entries(tags).map(([name, value]) => {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return [name, String(value)];
    }
    throw new TypeError(`Cannot use the value of tag "${name}": give text, a number or a boolean`);
  });
  return Object.fromEntries(entries) as TagMap;
}

/**
 * The system tags that samples carry (k6's option `systemTags`); undefined for k6's default set,
 * which is what the code below gives without looking anything up.
 */
export type SystemTags = ReadonlySet<string> | undefined;

const defaultSystemTags = [
  ..."proto subproto status method url name group check error error_code".split(" "),
  ..."tls_version scenario service expected_response".split(" "),
];

/** Every tag that k6 sets by itself. */
const systemTagNames: ReadonlySet<string> = new Set([
  ...defaultSystemTags,
  ..."iter vu ocsp_status ip".split(" "),
]);

/** The plan's list as samples look it up. An empty list is the default set. */
export function toSystemTags(names: readonly string[]): SystemTags {
  const isDefault =
    names.length === defaultSystemTags.length &&
    defaultSystemTags.every((name) => names.includes(name));
  return names.length === 0 || isDefault ? undefined : new Set(names);
}

/** The tags of what a VU measures outside of requests: who it is, and where in the script it is. */
export class VuTags implements TagSource {
  readonly systemTags: SystemTags;
  /** The run's tags and the scenario's. */
  base: TagMap = {};
  /** "" outside of scenarios: in setup and teardown. */
  scenario = "";
  /** k6's path of groups: "" outside, "::login::submit" two deep. */
  group = "";
  /** This and the next only show when `systemTags` asks for them. */
  vu = 0;
  iter = 0;
  /** k6's `exec.vu.metrics.metadata`: written with samples, but nothing is counted apart by it. */
  metadata: TagMap = noMetadata;

  constructor(systemTags?: SystemTags) {
    this.systemTags = systemTags;
  }

  tag(name: string): string | undefined {
    if (this.systemTags !== undefined) return this.all()[name];
    if (name === "scenario" && this.scenario !== "") return this.scenario;
    if (name === "group") return this.group;
    return this.base[name];
  }

  all(): TagMap {
    const { base, scenario, group, systemTags } = this;
    if (systemTags === undefined) {
      return scenario === "" ? { ...base, group } : { ...base, group, scenario };
    }
    return {
      ...base,
      ...(systemTags.has("group") && { group }),
      ...(systemTags.has("scenario") && scenario !== "" && { scenario }),
      ...(systemTags.has("vu") && { vu: String(this.vu) }),
      ...(systemTags.has("iter") && { iter: String(this.iter) }),
    };
  }
}

const noMetadata: TagMap = {};

/** A sample's own tags over its VU's. */
export function withTags(under: TagSource, own: TagMap): TagSource {
  return {
    tag: (name) => own[name] ?? under.tag(name),
    all: () => ({ ...under.all(), ...own }),
  };
}

/** The tags of one check. Each VU keeps one, as of HttpTags. */
export class CheckTags implements TagSource {
  readonly #vu: VuTags;
  check = "";
  /** What the script gave as check()'s third argument. */
  own: TagMap | undefined = undefined;

  constructor(vu: VuTags) {
    this.#vu = vu;
  }

  tag(name: string): string | undefined {
    if (name === "check" && !isLeftOut(this.#vu, name)) return this.check;
    return this.own?.[name] ?? this.#vu.tag(name);
  }

  all(): TagMap {
    const tags = { ...this.#vu.all(), ...this.own };
    return isLeftOut(this.#vu, "check") ? tags : { ...tags, check: this.check };
  }
}

/** Of one that k6 would set: what a script gives under the same name stays. */
function isLeftOut({ systemTags }: VuTags, name: string): boolean {
  return systemTags !== undefined && !systemTags.has(name) && systemTagNames.has(name);
}

/**
 * The tags of one request (load.md 1.6). Each VU keeps one and fills it in anew for every request:
 * samples are folded at once, so nobody holds it longer.
 */
export class HttpTags implements TagSource {
  readonly #vu: VuTags;
  method = "";
  /** k6 gives the tag `url` the value of `name`: the URL, or what the script says instead. */
  name = "";
  /** Where the script was when it sent the request; by its end it may be elsewhere. */
  group = "";
  status = 0;
  /** HTTP/1.1, HTTP/1.0, HTTP/2.0, or "" when nothing was answered. */
  proto = "";
  /** undefined where the script has set no response callback: then nothing counts as failed. */
  isExpected: boolean | undefined = true;
  error = "";
  errorCode = 0;
  tlsVersion: string | undefined = undefined;
  /** Of the other end; "" when there was no connection. */
  ip = "";
  /** What the script gave as `params.tags`. */
  own: TagMap | undefined = undefined;

  constructor(vu: VuTags) {
    this.#vu = vu;
  }

  tag(name: string): string | undefined {
    return (
      (isLeftOut(this.#vu, name) ? undefined : this.#systemTag(name)) ??
      this.own?.[name] ??
      (name === "group" && !isLeftOut(this.#vu, name) ? this.group : this.#vu.tag(name))
    );
  }

  all(): TagMap {
    const tags: Record<string, string> = { ...this.#vu.all(), ...this.own };
    for (const name of httpTagNames) {
      const value = this.tag(name);
      if (value !== undefined) tags[name] = value;
    }
    return tags;
  }

  #systemTag(name: string): string | undefined {
    switch (name) {
      case "expected_response":
        return this.isExpected === undefined ? undefined : String(this.isExpected);
      case "status":
        return String(this.status);
      case "method":
        return this.method;
      case "url":
      case "name":
        return this.name;
      case "proto":
        return this.proto === "" ? undefined : this.proto;
      case "error":
        return this.error === "" ? undefined : this.error;
      case "error_code":
        return this.errorCode === 0 ? undefined : String(this.errorCode);
      case "tls_version":
        return this.tlsVersion;
      case "ip":
        return this.#vu.systemTags === undefined || this.ip === "" ? undefined : this.ip;
      case "ocsp_status":
        // Stapled answers are not asked for: what k6 says without one.
        return this.#vu.systemTags && this.tlsVersion !== undefined ? "unknown" : undefined;
      default:
        return undefined;
    }
  }
}

const httpTagNames = [
  "proto",
  "status",
  "method",
  "url",
  "name",
  "group",
  "expected_response",
  "error",
  "error_code",
  "tls_version",
  "ip",
  "ocsp_status",
] as const;

/** For what belongs to the run as a whole. */
export const emptyTags: TagSource = { tag: () => undefined, all: () => ({}) };
