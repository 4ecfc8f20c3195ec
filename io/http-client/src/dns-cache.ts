import { isIP } from "node:net";
import type { Clock } from "@breakwater/clock";
import { HttpClientError } from "./error.ts";

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name; rejects with a `code` when there are none. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** As k6's option `dns`, with its names. */
export interface DnsOptions {
  /** 0: every connection looks up anew. */
  readonly ttlMs: number;
  readonly select: "first" | "random" | "roundRobin";
  readonly policy: "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";
}

interface Entry {
  readonly addresses: readonly Address[];
  readonly expiresMs: number;
  turn: number;
}

interface DnsCacheOptions extends DnsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly lookup: Lookup;
}

/** More names than that are looked up again. */
const MAX_ENTRIES = 1024;

/**
 * Host name to address: one lookup for all who ask at once, none within the time to live. Keeps no
 * failure.
 */
export class DnsCache {
  readonly #options: DnsCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lookups = new Map<string, Promise<Entry>>();

  constructor(options: DnsCacheOptions) {
    this.#options = options;
  }

  /** At once, when the host is an address or was looked up lately. */
  tryResolve(host: string): string | undefined {
    if (isIP(host) !== 0) return host;
    const entry = this.#entries.get(host);
    if (entry === undefined || entry.expiresMs <= this.#options.clock.nowMs()) return undefined;
    return this.#pick(entry);
  }

  /** Rejects with an HttpClientError. */
  async resolve(host: string): Promise<string> {
    let lookup = this.#lookups.get(host);
    if (lookup === undefined) {
      lookup = this.#lookUp(host).finally(() => this.#lookups.delete(host));
      this.#lookups.set(host, lookup);
    }
    return this.#pick(await lookup);
  }

  async #lookUp(host: string): Promise<Entry> {
    const { clock, lookup, policy, ttlMs } = this.#options;
    const found = await lookup(host).catch((error: unknown) => {
      throw toError(host, error);
    });
    const addresses = allowed(found, policy);
    if (addresses.length === 0) {
      const wanted = policy === "onlyIPv4" ? "IPv4 " : policy === "onlyIPv6" ? "IPv6 " : "";
      throw new HttpClientError(
        "dns_not_found",
        `Cannot look up ${host}: it has no ${wanted}address`,
      );
    }
    const entry = { addresses, expiresMs: clock.nowMs() + ttlMs, turn: 0 };
    this.#keep(host, entry);
    return entry;
  }

  #keep(host: string, entry: Entry): void {
    this.#entries.delete(host);
    this.#entries.set(host, entry);
    if (this.#entries.size <= MAX_ENTRIES) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  #pick(entry: Entry): string {
    const { select, random } = this.#options;
    const { addresses } = entry;
    let index = 0;
    if (select === "random") index = Math.floor(random() * addresses.length);
    if (select === "roundRobin") {
      index = entry.turn;
      entry.turn = (entry.turn + 1) % addresses.length;
    }
    return addresses[index]!.address;
  }
}

function allowed(addresses: readonly Address[], policy: DnsOptions["policy"]): readonly Address[] {
  if (policy === "any") return addresses;
  const family = policy === "preferIPv4" || policy === "onlyIPv4" ? 4 : 6;
  const wanted = addresses.filter((address) => address.family === family);
  return wanted.length > 0 || policy.startsWith("only") ? wanted : addresses;
}

function toError(host: string, cause: unknown): HttpClientError {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (/ENOTFOUND|ENODATA|ENONAME/.test(reason)) {
    return new HttpClientError("dns_not_found", `Cannot look up ${host}: no such host`, cause);
  }
  return new HttpClientError(
    "dns_failed",
    `Cannot look up ${host}: the lookup failed (${reason})`,
    cause,
  );
}
