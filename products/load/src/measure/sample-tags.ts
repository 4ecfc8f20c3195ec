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

/** The tags of what a VU measures outside of requests: who it is, and where in the script it is. */
export class VuTags implements TagSource {
  /** The run's tags and the scenario's. */
  base: TagMap = {};
  /** "" outside of scenarios: in setup and teardown. */
  scenario = "";
  /** k6's path of groups: "" outside, "::login::submit" two deep. */
  group = "";

  tag(name: string): string | undefined {
    if (name === "scenario" && this.scenario !== "") return this.scenario;
    if (name === "group") return this.group;
    return this.base[name];
  }

  all(): TagMap {
    const { base, scenario, group } = this;
    return scenario === "" ? { ...base, group } : { ...base, group, scenario };
  }
}

/** A sample's own tags over its VU's. */
export function withTags(under: TagSource, own: TagMap): TagSource {
  return {
    tag: (name) => own[name] ?? under.tag(name),
    all: () => ({ ...under.all(), ...own }),
  };
}

/** The tags of one check. Each VU keeps one, as of HttpTags. */
export class CheckTags implements TagSource {
  readonly #vu: TagSource;
  check = "";
  /** What the script gave as check()'s third argument. */
  own: TagMap | undefined = undefined;

  constructor(vu: TagSource) {
    this.#vu = vu;
  }

  tag(name: string): string | undefined {
    return name === "check" ? this.check : (this.own?.[name] ?? this.#vu.tag(name));
  }

  all(): TagMap {
    return { ...this.#vu.all(), ...this.own, check: this.check };
  }
}

/**
 * The tags of one request (load.md 1.6). Each VU keeps one and fills it in anew for every request:
 * samples are folded at once, so nobody holds it longer.
 */
export class HttpTags implements TagSource {
  readonly #vu: TagSource;
  method = "";
  /** k6 gives the tag `url` the value of `name`: the URL, or what the script says instead. */
  name = "";
  /** Where the script was when it sent the request; by its end it may be elsewhere. */
  group = "";
  status = 0;
  /** HTTP/1.1, HTTP/1.0, or "" when nothing was answered. */
  proto = "";
  isExpected: boolean = true;
  error = "";
  errorCode = 0;
  tlsVersion: string | undefined = undefined;
  /** What the script gave as `params.tags`. */
  own: TagMap | undefined = undefined;

  constructor(vu: TagSource) {
    this.#vu = vu;
  }

  tag(name: string): string | undefined {
    switch (name) {
      case "expected_response":
        return this.isExpected ? "true" : "false";
      case "status":
        return String(this.status);
      case "method":
        return this.method;
      case "url":
      case "name":
        return this.name;
      case "proto":
        if (this.proto !== "") return this.proto;
        break;
      case "error":
        if (this.error !== "") return this.error;
        break;
      case "error_code":
        if (this.errorCode !== 0) return String(this.errorCode);
        break;
      case "tls_version":
        if (this.tlsVersion !== undefined) return this.tlsVersion;
        break;
    }
    return this.own?.[name] ?? (name === "group" ? this.group : this.#vu.tag(name));
  }

  all(): TagMap {
    const tags: Record<string, string> = { ...this.#vu.all(), group: this.group, ...this.own };
    for (const name of httpTagNames) {
      const value = this.tag(name);
      if (value !== undefined) tags[name] = value;
    }
    return tags;
  }
}

const httpTagNames = [
  "proto",
  "status",
  "method",
  "url",
  "name",
  "expected_response",
  "error",
  "error_code",
  "tls_version",
] as const;

/** For what belongs to the run as a whole. */
export const emptyTags: TagSource = { tag: () => undefined, all: () => ({}) };
