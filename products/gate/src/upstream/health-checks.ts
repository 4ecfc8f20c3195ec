import type { CancelTimer, Clock } from "@breakwater/clock";

export interface HealthCheckOptions {
  /** What is asked for, with GET: the whole address. */
  readonly url: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly verifyTls: boolean;
  readonly clock: Clock;
  /** Told of each check: good is a status from 200 to 399. */
  readonly onCheck: (check: { readonly isGood: boolean }) => void;
}

/**
 * Asks again and again whether the address is well, on a new connection each time, until disposed
 * of. The first time at once. Past the limiter, and no sample for it.
 */
export function healthChecks(options: HealthCheckOptions): Disposable {
  const { clock, intervalMs, onCheck } = options;
  const stopped = new AbortController();
  let cancel: CancelTimer = () => {};
  const check = async (): Promise<void> => {
    const dueMs = clock.nowMs() + intervalMs;
    const isGood = await isWell(options, stopped.signal);
    if (stopped.signal.aborted) return;
    onCheck({ isGood });
    cancel = clock.at(dueMs, () => void check());
  };
  void check();
  return {
    [Symbol.dispose]: () => {
      stopped.abort();
      cancel();
    },
  };
}

async function isWell(
  { url, timeoutMs, clock, verifyTls }: HealthCheckOptions,
  stopped: AbortSignal,
): Promise<boolean> {
  const late = new AbortController();
  const cancel = clock.at(clock.nowMs() + timeoutMs, () => late.abort());
  try {
    const { status, body } = await fetch(url, {
      keepalive: false,
      redirect: "manual",
      signal: AbortSignal.any([late.signal, stopped]),
      headers: { "user-agent": "breakwater-gate-health" },
      tls: { rejectUnauthorized: verifyTls },
    });
    await body?.cancel();
    return status >= 200 && status < 400;
  } catch {
    return false;
  } finally {
    cancel();
  }
}
