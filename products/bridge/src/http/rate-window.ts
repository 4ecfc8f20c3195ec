import { networkOf, respondProblem, type Stage } from "@breakwater/service";

export interface RateWindowOptions {
  readonly max: number;
  readonly windowMs: number;
  /** How many clients are known at once; whoever was first seen longest ago is forgotten first. */
  readonly maxClients: number;
}

interface Window {
  used: number;
  readonly endMs: number;
}

/**
 * So many requests of an address in each window of time, as the original counts them, and with its
 * fields (draft-ietf-httpapi-ratelimit-headers-06). What tells whether the service lives is exempt.
 */
export function rateWindow({ max, windowMs, maxClients }: RateWindowOptions): Stage {
  const windows = new Map<string, Window>();
  const windowOf = (client: string, nowMs: number): Window => {
    const known = windows.get(client);
    if (known !== undefined && nowMs < known.endMs) return known;
    windows.delete(client);
    if (windows.size >= maxClients) windows.delete(windows.keys().next().value!);
    const fresh = { used: 0, endMs: nowMs + windowMs };
    windows.set(client, fresh);
    return fresh;
  };
  const limit = String(max);
  const policy = `${max};w=${Math.ceil(windowMs / 1000)}`;
  return (next) => (call) => {
    if (call.route.isCritical) return next(call);
    const window = windowOf(networkOf(call.clientIp), call.startedMs);
    window.used += 1;
    const seconds = String(Math.max(1, Math.ceil((window.endMs - call.startedMs) / 1000)));
    call.setFields([
      ["ratelimit-policy", policy],
      ["ratelimit-limit", limit],
      ["ratelimit-remaining", String(Math.max(0, max - window.used))],
      ["ratelimit-reset", seconds],
    ]);
    if (window.used <= max) return next(call);
    respondProblem(call, {
      status: 429,
      code: "rate_limit_exceeded",
      detail: `Too many requests, please try again later: ${max} in ${windowMs / 1000} s, wait ${seconds} s`,
      fields: [["retry-after", seconds]],
    });
  };
}
