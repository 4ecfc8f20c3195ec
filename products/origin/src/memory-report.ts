import type { Clock } from "@breakwater/clock";

/** Says every so often how much memory this process takes, until it is disposed of. */
export function reportMemory(options: {
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}): Disposable {
  const { everyMs, clock, log } = options;
  let before = process.memoryUsage();
  const report = (): void => {
    const now = process.memoryUsage();
    const grown = (now.rss - before.rss) / 1e6;
    log(
      `memory: resident ${mb(now.rss)} (${grown < 0 ? "" : "+"}${grown.toFixed(1)}), heap ${mb(now.heapUsed)} of ${mb(now.heapTotal)}, buffers ${mb(now.external)}`,
    );
    before = now;
    cancel = clock.at(clock.nowMs() + everyMs, report);
  };
  let cancel = everyMs === 0 ? () => {} : clock.at(clock.nowMs() + everyMs, report);
  return { [Symbol.dispose]: () => cancel() };
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
