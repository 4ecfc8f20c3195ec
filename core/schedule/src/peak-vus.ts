import type { VuStep } from "./vu-steps.ts";

/** What one scenario needs: its steps count from `startMs`, its place in the test. */
export interface VuNeed {
  readonly startMs: number;
  readonly steps: readonly VuStep[];
}

/** The most VUs that all scenarios need at one time: so many must exist, if they share them. */
export function peakVus(needs: readonly VuNeed[]): number {
  const changes = needs
    .flatMap(toChanges)
    // What is set free at a moment can be used from that moment on.
    .toSorted((a, b) => a.atMs - b.atMs || a.change - b.change);
  let vus = 0;
  let peak = 0;
  for (const { change } of changes) {
    vus += change;
    peak = Math.max(peak, vus);
  }
  return peak;
}

function toChanges({ startMs, steps }: VuNeed): { atMs: number; change: number }[] {
  return steps.map(({ atMs, vus }, place) => ({
    atMs: startMs + atMs,
    change: vus - (steps[place - 1]?.vus ?? 0),
  }));
}
