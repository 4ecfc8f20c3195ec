import type { Clock } from "@breakwater/clock";
import type { Metric } from "prom-client";
import type { Call, CallEnd } from "../call.ts";
import { BucketCounts, readMetric } from "./read-metric.ts";

export interface ActiveUsersOptions {
  readonly clock: Clock;
  /** Who asked within that time is active. */
  readonly windowMs: number;
  /** Up to so many are counted exactly; with more the count is "at least so many". */
  readonly maxUsers: number;
}

interface Seen {
  lastMs: number;
  minute: number;
  requests: number;
}

const MINUTE_MS = 60_000;
/** How exact the time of the last request is, so that a busy user is not moved each time. */
const GRAIN_MS = 1000;
const requestBuckets: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/**
 * How many users are active (known by name, or else by address), and how many requests each sends
 * in a minute. Memory is bounded: past `maxUsers` whoever was quiet for longest is forgotten, and
 * what is told is a lower bound.
 */
export class ActiveUsers {
  readonly metrics: readonly Metric[];
  readonly #options: ActiveUsersOptions;
  /** In the order of their last requests. */
  readonly #seen: Map<string, Seen> = new Map();
  readonly #perMinute: BucketCounts = new BucketCounts(requestBuckets);

  constructor(options: ActiveUsersOptions) {
    this.#options = options;
    this.metrics = [
      readMetric({
        type: "gauge",
        name: "active_users",
        help: `Users (or addresses) of the last ${options.windowMs / 1000} s; at least so many if it is active_users_limit.`,
        read: () => [{ value: this.count() }],
      }),
      readMetric({
        type: "gauge",
        name: "active_users_limit",
        help: "Up to so many active users are counted exactly.",
        read: () => [{ value: options.maxUsers }],
      }),
      readMetric({
        type: "histogram",
        name: "http_requests_per_user",
        help: "Requests of one user within a minute in which there were any.",
        read: () => {
          this.#closeMinutes();
          return this.#perMinute.readings("http_requests_per_user");
        },
      }),
    ];
  }

  onEnd(call: Call, { tookMs }: CallEnd): void {
    const key = call.user ?? call.clientIp;
    const nowMs = call.startedMs + tookMs;
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#enter(key, nowMs);
      return;
    }
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (seen.minute !== minute) {
      this.#closeMinute(seen);
      seen.minute = minute;
    }
    seen.requests += 1;
    if (nowMs - seen.lastMs < GRAIN_MS) return;
    seen.lastMs = nowMs;
    this.#seen.delete(key);
    this.#seen.set(key, seen);
  }

  count(): number {
    const sinceMs = this.#options.clock.nowMs() - this.#options.windowMs;
    for (const [key, seen] of this.#seen) {
      if (seen.lastMs >= sinceMs) break;
      this.#forget(key, seen);
    }
    return this.#seen.size;
  }

  #enter(key: string, nowMs: number): void {
    if (this.#seen.size >= this.#options.maxUsers) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#forget(...oldest);
    }
    this.#seen.set(key, { lastMs: nowMs, minute: Math.floor(nowMs / MINUTE_MS), requests: 1 });
  }

  #forget(key: string, seen: Seen): void {
    this.#closeMinute(seen);
    this.#seen.delete(key);
  }

  #closeMinute(seen: Seen): void {
    if (seen.requests > 0) this.#perMinute.add(seen.requests);
    seen.requests = 0;
  }

  #closeMinutes(): void {
    const minute = Math.floor(this.#options.clock.nowMs() / MINUTE_MS);
    for (const seen of this.#seen.values()) if (seen.minute !== minute) this.#closeMinute(seen);
  }
}
