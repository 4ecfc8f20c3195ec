import type { Clock } from "@breakwater/clock";
import { type KnownKeys, parseJwkSet } from "./jwk-set.ts";
import { badOption, checkCount, checkMs, JwtError } from "./jwt-error.ts";
import type { JwtKey } from "./jwt-key.ts";
import type { KeySource } from "./key-source.ts";

export interface RemoteKeysOptions {
  /** Of a JWK set (RFC 7517, 5), such as "https://login.example/.well-known/jwks.json". */
  readonly url: string;
  readonly clock: Clock;
  /** For the whole of a fetch, and so the longest that a token waits for one. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxKeys: number;
  /** Keys are used as long as `Cache-Control: max-age` says, but never shorter than this, */
  readonly minAgeMs: number;
  /** and never longer than this, which is also the age when it says nothing. */
  readonly maxAgeMs: number;
  /** How much longer they are used while no newer can be had. */
  readonly staleMs: number;
  /** Between the starts of two fetches, whatever tokens name and however many come. */
  readonly intervalMs: number;
  /** Is told of each fetch that failed. */
  readonly onFailure: (error: JwtError) => void;
}

/**
 * Another's keys, fetched when first needed, when too old, and when a token names one that is not
 * among them: one fetch at a time, which all wait for.
 */
export function remoteKeys(options: RemoteKeysOptions): KeySource {
  const protocol = URL.parse(options.url)?.protocol;
  if (protocol !== "https:" && protocol !== "http:") {
    throw badOption("url", JSON.stringify(options.url), "an address with https:// or http://");
  }
  checkCount("maxBytes", options.maxBytes);
  checkCount("maxKeys", options.maxKeys);
  checkMs("timeoutMs", options.timeoutMs, 1);
  checkMs("minAgeMs", options.minAgeMs, 0);
  checkMs("maxAgeMs", options.maxAgeMs, options.minAgeMs);
  checkMs("staleMs", options.staleMs, 0);
  checkMs("intervalMs", options.intervalMs, 1);
  return new RemoteKeys(options);
}

class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  #known: KnownKeys = new Map();
  #keys: readonly JwtKey[] = [];
  #freshUntilMs: number = Number.NEGATIVE_INFINITY;
  #staleUntilMs: number = Number.NEGATIVE_INFINITY;
  #nextFetchMs: number = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  get keys(): readonly JwtKey[] | undefined {
    return this.#options.clock.nowMs() < this.#staleUntilMs ? this.#keys : undefined;
  }

  freshen(): Promise<void> | undefined {
    return this.#options.clock.nowMs() < this.#freshUntilMs ? undefined : this.refetch();
  }

  refetch(): Promise<void> | undefined {
    const nowMs = this.#options.clock.nowMs();
    if (this.#fetching !== undefined || nowMs < this.#nextFetchMs) return this.#fetching;
    this.#nextFetchMs = nowMs + this.#options.intervalMs;
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { url, clock, timeoutMs, onFailure } = this.#options;
    const abort = new AbortController();
    const cancel = clock.at(clock.nowMs() + timeoutMs, () => {
      abort.abort(new Error(`no answer within ${timeoutMs} ms`));
    });
    try {
      // A redirect could lead anywhere, and a key set has no reason for one.
      const response = await fetch(url, { signal: abort.signal, redirect: "error" });
      this.#take(await this.#read(response), response.headers.get("cache-control") ?? "");
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      onFailure(new JwtError("fetch_failed", `Cannot fetch keys from ${url}: ${why}`, { cause }));
    } finally {
      cancel();
    }
  }

  async #read(response: Response): Promise<string> {
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the answer is ${response.status} rather than 200`);
    }
    const { maxBytes } = this.#options;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  #take(text: string, cacheControl: string): void {
    const { clock, minAgeMs, maxAgeMs, staleMs, maxKeys } = this.#options;
    this.#known = parseJwkSet(text, { maxKeys, known: this.#known });
    this.#keys = [...this.#known.values()];
    const ageMs = toMaxAgeMs(cacheControl) ?? maxAgeMs;
    this.#freshUntilMs = clock.nowMs() + Math.min(Math.max(ageMs, minAgeMs), maxAgeMs);
    this.#staleUntilMs = this.#freshUntilMs + staleMs;
  }
}

/** How long an answer may be kept (RFC 9111, 5.2.2), if it says so. */
function toMaxAgeMs(cacheControl: string): number | undefined {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = /(?:^|[\s,])max-age="?(\d+)/i.exec(cacheControl)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
