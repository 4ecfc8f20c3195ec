import type { Clock } from "@breakwater/clock";
import {
  type Place,
  type RelayCounts,
  type RunningRelay,
  relay,
  seededRandom,
} from "@breakwater/tcp-relay";
import { formatPlace } from "@breakwater/units";
import { type ImpairmentFields, toFields } from "./impairment-fields.ts";
import { ProxyError } from "./proxy-error.ts";
import type { ProxySpec } from "./proxy-spec.ts";

/** One proxy as the control API shows it. */
export interface ProxyView {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly state: "running" | "paused";
  readonly up: ImpairmentFields;
  readonly down: ImpairmentFields;
  readonly counts: RelayCounts;
}

export interface ProxiesOptions {
  readonly clock: Clock;
  readonly seed: number;
}

const MAX_PROXIES = 1000;

/** The proxies of this process, by name, in the order in which they came. */
export class Proxies {
  readonly seed: number;
  readonly #clock: Clock;
  readonly #running = new Map<string, { readonly listen: Place; readonly relay: RunningRelay }>();
  /** Deleted, with connections that are being reset. */
  readonly #ending = new Set<Promise<void>>();

  constructor({ clock, seed }: ProxiesOptions) {
    this.#clock = clock;
    this.seed = seed;
  }

  /** Throws a ProxyError, or a ServerError if it cannot listen. */
  add({ name, listen, upstream, impairments }: ProxySpec): ProxyView {
    if (this.#running.has(name)) {
      const hint = "there is one of that name; choose another, or delete it first";
      throw new ProxyError("name_in_use", `Cannot add proxy "${name}": ${hint}`);
    }
    if (this.#running.size >= MAX_PROXIES) {
      const hint = `there are ${MAX_PROXIES} already; delete one first`;
      throw new ProxyError("too_many", `Cannot add proxy "${name}": ${hint}`);
    }
    // Its own numbers, whatever other proxies there are.
    const random = seededRandom(this.seed ^ Bun.hash.crc32(name));
    const running = relay({ listen, upstream, impairments, clock: this.#clock, random });
    this.#running.set(name, { listen: { ...listen, port: running.port }, relay: running });
    return this.view(name);
  }

  /** Resets its connections. */
  remove(name: string): void {
    const { relay: running } = this.#entry(name);
    this.#running.delete(name);
    const ending = running.stop({ graceMs: 0 }).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Throws a ProxyError if there is none of that name. */
  get(name: string): RunningRelay {
    return this.#entry(name).relay;
  }

  view(name: string): ProxyView {
    const { listen, relay: running } = this.#entry(name);
    return {
      name,
      listen: formatPlace(listen),
      upstream: formatPlace(running.upstream()),
      state: running.isPaused ? "paused" : "running",
      up: toFields(running.impairments.up),
      down: toFields(running.impairments.down),
      counts: running.counts(),
    };
  }

  views(): readonly ProxyView[] {
    return [...this.#running.keys()].map((name) => this.view(name));
  }

  async stop(options: { readonly graceMs: number }): Promise<void> {
    const stopping = [...this.#running.values()].map(({ relay: each }) => each.stop(options));
    await Promise.all([...stopping, ...this.#ending]);
  }

  #entry(name: string): { readonly listen: Place; readonly relay: RunningRelay } {
    const entry = this.#running.get(name);
    if (entry !== undefined) return entry;
    const names = [...this.#running.keys()].slice(0, 10).join(", ") || "none";
    throw new ProxyError(
      "not_found",
      `Cannot find proxy ${JSON.stringify(name)}: there are ${names}`,
    );
  }
}
