import type { Stage } from "./schedule.ts";

/** From `atMs` after the scenario's start there are `vus`, until the next step. */
export interface VuStep {
  readonly atMs: number;
  readonly vus: number;
}

export interface VuRamp {
  readonly startVus: number;
  readonly stages: readonly Stage[];
}

/**
 * How many VUs iterate, as k6's ramping-vus counts them.
 *
 * A VU comes when the line between two targets reaches it and goes when the line reaches the next
 * one below. The last target holds to the end; what happens there is the executor's business.
 */
export function vuSteps({ startVus, stages }: VuRamp): readonly VuStep[] {
  const steps: VuStep[] = [{ atMs: 0, vus: startVus }];
  let stageStartMs = 0;
  let vus = startVus;
  for (const { durationMs, target } of stages) {
    const change = Math.abs(target - vus);
    const direction = Math.sign(target - vus);
    // A jump has one step, a line one for each VU.
    for (let done = durationMs > 0 ? 1 : change; done <= change; done += 1) {
      const atMs = stageStartMs + (change === 0 ? 0 : (durationMs * done) / change);
      append(steps, { atMs, vus: vus + direction * done });
    }
    stageStartMs += durationMs;
    vus = target;
  }
  return steps;
}

export interface RampDown {
  /** How long a VU that was taken away may go on with its iteration. */
  readonly gracefulRampDownMs: number;
  /** When the last VU goes: the length of all stages and the graceful stop. */
  readonly endMs: number;
}

/**
 * How many VUs must be kept for `steps` (a result of `vuSteps`): those that iterate and those that
 * may still be finishing. A VU that comes back within its grace was never gone.
 */
export function reservedVus(
  steps: readonly VuStep[],
  { gracefulRampDownMs, endMs }: RampDown,
): readonly VuStep[] {
  const reserved: VuStep[] = [];
  const leaseEndMs = (place: number) =>
    (steps[place + 1]?.atMs ?? Number.POSITIVE_INFINITY) + gracefulRampDownMs;
  // Places in `steps` with a lease that runs: the most VUs and the earliest end first, as each
  // step that comes outlasts all before it and so replaces those with no more VUs than its own.
  const leases: number[] = [];
  let first = 0;
  const expireUntil = (untilMs: number) => {
    for (; first < leases.length && leaseEndMs(leases[first]!) <= untilMs; first += 1) {
      const next = leases[first + 1];
      if (next === undefined) continue;
      append(reserved, { atMs: leaseEndMs(leases[first]!), vus: steps[next]!.vus });
    }
  };
  for (const [place, step] of steps.entries()) {
    if (step.atMs >= endMs) break;
    expireUntil(step.atMs);
    while (leases.length > first && steps[leases.at(-1)!]!.vus <= step.vus) leases.pop();
    leases.push(place);
    append(reserved, { atMs: step.atMs, vus: steps[leases[first]!]!.vus });
  }
  expireUntil(endMs);
  append(reserved, { atMs: endMs, vus: 0 });
  return reserved;
}

/** Of several steps at one time the last counts, and one that changes nothing is left out. */
function append(steps: VuStep[], step: VuStep): void {
  if (steps.at(-1)?.atMs === step.atMs) steps.pop();
  if (steps.at(-1)?.vus !== step.vus) steps.push(step);
}
