import type { Clock } from "../clock.ts";
import type { LimiterSnapshot } from "../limiter.ts";
import type { RejectionReason } from "../rejection.ts";
import { DurationCounts } from "./duration-counts.ts";
import type { PhaseResult, ScenarioResult, Second } from "./result.ts";
import type { Phase, Scenario } from "./scenario.ts";

/** Counts what happens in a run: in all, by phase and by second. */
export class Recording {
  readonly #clock: Clock;
  readonly #scenario: Scenario;
  readonly #whole: PhaseCounts;
  readonly #phases: readonly PhaseCounts[];
  readonly #seconds: Counted[];
  /** The phases that it is in, until `#activeUntilMs`. */
  #active: readonly PhaseCounts[] = [];
  #activeUntilMs = 0;
  #inFlight = 0;
  #integratedUntilMs = 0;

  constructor(scenario: Scenario, clock: Clock) {
    this.#clock = clock;
    this.#scenario = scenario;
    const { durationMs } = scenario;
    this.#whole = new PhaseCounts({ name: "whole run", fromMs: 0, untilMs: durationMs });
    this.#phases = scenario.phases.map((phase) => new PhaseCounts(phase));
    this.#seconds = Array.from({ length: Math.ceil(durationMs / 1000) }, (_, second) => ({
      ...{ atMs: second * 1000, started: 0, offered: 0, admitted: 0, shed: 0, good: 0 },
      ...{ limit: 0, inFlight: 0, queued: 0 },
    }));
  }

  /** A request, not counting its retries. */
  started(): void {
    for (const phase of this.#now()) phase.started += 1;
    const second = this.#second();
    if (second !== undefined) second.started += 1;
  }

  /** An attempt. */
  offered(): void {
    for (const phase of this.#now()) phase.offered += 1;
    const second = this.#second();
    if (second !== undefined) second.offered += 1;
  }

  admitted(): void {
    for (const phase of this.#now()) phase.admitted += 1;
    const second = this.#second();
    if (second !== undefined) second.admitted += 1;
    this.#integrate(this.#clock.nowMs());
    this.#inFlight += 1;
  }

  shed(reason: RejectionReason, { whileSaturated }: { readonly whileSaturated: boolean }): void {
    // A client that goes while it waits is not sent away.
    const isFalse = !whileSaturated && reason !== "aborted";
    for (const phase of this.#now()) {
      phase.shed[reason] = (phase.shed[reason] ?? 0) + 1;
      if (isFalse) phase.falselyShed += 1;
    }
    const second = this.#second();
    if (second !== undefined) second.shed += 1;
  }

  /** By the server, although the limiter had admitted it. */
  refused(): void {
    for (const phase of this.#now()) phase.refused += 1;
    this.#integrate(this.#clock.nowMs());
    this.#inFlight -= 1;
  }

  /** The server is done with it, whether or not anybody still waits. */
  left(tookMs: number): void {
    for (const phase of this.#now()) phase.durations.add(tookMs);
    this.#integrate(this.#clock.nowMs());
    this.#inFlight -= 1;
  }

  good(): void {
    for (const phase of this.#now()) phase.good += 1;
    const second = this.#second();
    if (second !== undefined) second.good += 1;
  }

  timedOut(): void {
    for (const phase of this.#now()) phase.timedOut += 1;
  }

  gaveUp(): void {
    for (const phase of this.#now()) phase.gaveUp += 1;
  }

  /** What the limiter shows, once in a second. */
  sampled({ limit, inFlight, queued }: LimiterSnapshot): void {
    const second = this.#second();
    if (second !== undefined) Object.assign(second, { limit, inFlight, queued });
    for (const phase of this.#now()) {
      phase.limits += limit;
      phase.samples += 1;
    }
  }

  result(run: { readonly algorithm: string; readonly seed: number }): ScenarioResult {
    this.#now();
    this.#integrate(this.#clock.nowMs());
    return {
      scenario: this.#scenario.name,
      ...run,
      whole: this.#whole.result(),
      phases: this.#phases.map((phase) => phase.result()),
      overTime: this.#seconds.map((second) => ({ ...second })),
      recoveryMs: recoveryMs(this.#scenario.disturbedUntilMs, this.#seconds),
    };
  }

  #second(): Counted | undefined {
    return this.#seconds[Math.floor(this.#clock.nowMs() / 1000)];
  }

  /** The phases of now, having told those that are over how many were in flight up to their end. */
  #now(): readonly PhaseCounts[] {
    const nowMs = this.#clock.nowMs();
    while (nowMs >= this.#activeUntilMs) {
      this.#integrate(this.#activeUntilMs);
      const all = [this.#whole, ...this.#phases];
      const fromMs = this.#activeUntilMs;
      this.#active = all.filter(({ phase }) => phase.fromMs <= fromMs && fromMs < phase.untilMs);
      const edges = all.flatMap(({ phase }) => [phase.fromMs, phase.untilMs]);
      this.#activeUntilMs = Math.min(...edges.filter((edge) => edge > fromMs));
    }
    return this.#active;
  }

  #integrate(untilMs: number): void {
    const sum = this.#inFlight * (untilMs - this.#integratedUntilMs);
    for (const phase of this.#active) phase.inFlightMs += sum;
    this.#integratedUntilMs = untilMs;
  }
}

type Counted = { -readonly [Key in keyof Second]: Second[Key] };

class PhaseCounts {
  readonly phase: Phase;
  started = 0;
  offered = 0;
  admitted = 0;
  readonly shed: Partial<Record<RejectionReason, number>> = {};
  falselyShed = 0;
  refused = 0;
  timedOut = 0;
  gaveUp = 0;
  good = 0;
  limits = 0;
  samples = 0;
  inFlightMs = 0;
  readonly durations = new DurationCounts();

  constructor(phase: Phase) {
    this.phase = phase;
  }

  result(): PhaseResult {
    const { phase, offered, durations } = this;
    const lastsMs = phase.untilMs - phase.fromMs;
    const shed = Object.values(this.shed).reduce((sum, count) => sum + count, 0);
    return {
      ...phase,
      ...{ started: this.started, offered, admitted: this.admitted, shed: this.shed },
      ...{ refused: this.refused, timedOut: this.timedOut, gaveUp: this.gaveUp },
      completed: durations.count,
      shedShare: shed / Math.max(1, offered),
      falseShedShare: this.falselyShed / Math.max(1, offered),
      goodPerSecond: this.good / (lastsMs / 1000),
      meanMs: durations.meanMs(),
      p50Ms: durations.quantileMs(0.5),
      p99Ms: durations.quantileMs(0.99),
      meanInFlight: this.inFlightMs / lastsMs,
      meanLimit: this.limits / this.samples,
    };
  }
}

/** So many seconds in a row in which so much of what was started went well. */
const RECOVERED_SECONDS = 3;
const RECOVERED_SHARE = 0.9;

function recoveryMs(fromMs: number | undefined, seconds: readonly Second[]): number | undefined {
  if (fromMs === undefined) return undefined;
  let inARow = 0;
  for (const { atMs, good, started } of seconds) {
    if (atMs < fromMs) continue;
    inARow = good >= RECOVERED_SHARE * started ? inARow + 1 : 0;
    if (inARow === RECOVERED_SECONDS) return atMs - (RECOVERED_SECONDS - 1) * 1000 - fromMs;
  }
  return undefined;
}
