import type { CancelTimer } from "@breakwater/clock";
import { constantRate, rampingRate, type Schedule } from "@breakwater/schedule";
import type { ConstantArrivalRate, RampingArrivalRate } from "../plan/scenario.ts";
import type { IterationOutcome, VirtualUser } from "../vu/virtual-user.ts";
import type { ExecutorContext, ScenarioProgress, ScenarioRun } from "./executor.ts";
import { IdleQueue } from "./idle-queue.ts";
import { Phases, type Work } from "./phases.ts";
import { awaitPlannedVu } from "./planned-vu.ts";
import { scenarioTimes } from "./scenario-times.ts";
import { Tally } from "./tally.ts";

/**
 * After a stall many iterations are due at once. Started all in one go, each would need a VU and a
 * connection of its own; with a turn of the event loop in between, answers free those there are.
 */
const MAX_STARTS_PER_TURN = 64;

/** Starts each iteration when it is due, whether or not earlier ones have ended (an open model). */
export class ArrivalRate implements ScenarioRun, Work {
  readonly #context: ExecutorContext;
  readonly #tally: Tally;
  readonly #phases: Phases;
  readonly #schedule: Schedule;
  /** How many of this worker's iterations were due before, and the next one's number. */
  #place = 0;
  #index = 0;
  /** When iteration `#index` is due on the clock; infinity after the last. */
  #dueMs = Number.POSITIVE_INFINITY;
  #cancelWake: CancelTimer | undefined;

  readonly #plannedVus: number;
  readonly #maxVus: number;
  /** VUs that were planned or asked for, there or not. */
  #vus = 0;
  readonly #seats: Seat[] = [];
  /** Whoever waited longest comes first, as in k6: load goes round all VUs. */
  readonly #idle: IdleQueue<Seat>;
  readonly #waits: CancelTimer[] = [];
  #isGrowing: boolean = false;
  #hasWarned: boolean = false;

  constructor(scenario: ConstantArrivalRate | RampingArrivalRate, context: ExecutorContext) {
    const { portion } = context;
    this.#context = context;
    this.#tally = new Tally(scenario, scenario.maxVus, context);
    this.#schedule =
      scenario.executor === "constant-arrival-rate"
        ? constantRate(scenario)
        : rampingRate(scenario);
    this.#plannedVus = portion.count(scenario.preAllocatedVus);
    this.#maxVus = portion.count(scenario.maxVus);
    this.#idle = new IdleQueue(this.#maxVus, context.idleOrder);
    this.#phases = new Phases(context, scenarioTimes(scenario), this);
  }

  get done(): Promise<void> {
    return this.#phases.done;
  }

  stop(how: "drain" | "now"): void {
    this.#phases.stop(how);
  }

  progress(): ScenarioProgress {
    return this.#tally.progress(this.#phases.fraction());
  }

  begin(): void {
    // A worker without a VU to its name leaves the iterations to those that have one.
    if (this.#maxVus === 0) return;
    for (this.#vus = 0; this.#vus < this.#plannedVus; this.#vus += 1) this.#takePlanned();
    this.#setDue();
    this.#wake();
  }

  end(): void {
    this.#cancelWake?.();
    // A wake that came late must not cost what was due before the end.
    if (!this.#phases.wasStopped) this.#startDue(Number.POSITIVE_INFINITY);
    for (const cancel of this.#waits) cancel();
    for (let seat = this.#idle.take(); seat !== undefined; seat = this.#idle.take()) {
      this.#context.pool.giveBack(seat.vu);
    }
  }

  interrupt(): void {
    // Only those: a VU that was given back may be another scenario's by now.
    for (const seat of this.#seats) if (seat.isRunning) seat.vu.interrupt();
  }

  isIdle(): boolean {
    return this.#tally.vusActive === 0 && !this.#isGrowing;
  }

  /** Taken up to 30,000 times a second: start everything that is due, then sleep to the next. */
  readonly #wake = (): void => {
    this.#startDue(MAX_STARTS_PER_TURN);
    if (this.#dueMs === Number.POSITIVE_INFINITY) return;
    this.#cancelWake = this.#context.clock.at(this.#dueMs, this.#wake);
  };

  #startDue(most: number): void {
    const nowMs = this.#context.clock.nowMs();
    let dropped = 0;
    for (
      let started = 0;
      this.#dueMs <= nowMs && started < most;
      started += 1, this.#setNextDue()
    ) {
      const seat = this.#idle.take();
      if (seat === undefined) dropped += 1;
      else this.#start(seat);
    }
    if (dropped > 0) this.#drop(dropped);
  }

  #setNextDue(): void {
    this.#place += 1;
    this.#setDue();
  }

  #setDue(): void {
    this.#index = this.#tally.portion.at(this.#place);
    const offsetMs = this.#schedule(this.#index);
    this.#dueMs =
      offsetMs === undefined ? Number.POSITIVE_INFINITY : this.#context.startMs + offsetMs;
  }

  #start(seat: Seat): void {
    seat.isRunning = true;
    this.#tally.vusActive += 1;
    seat.vu.start(this.#tally.nextDue(this.#index, this.#dueMs), seat.onEnd);
  }

  #onEnd(seat: Seat, outcome: IterationOutcome): void {
    seat.isRunning = false;
    this.#tally.vusActive -= 1;
    this.#tally.end(outcome);
    this.#seat(seat);
  }

  /** No queue: waiting for a VU would make an overload look like a slower test. */
  #drop(count: number): void {
    this.#tally.drop(count);
    if (this.#vus < this.#maxVus) this.#grow();
    else if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#context.onNote(
        `Insufficient VUs, reached ${this.#maxVus} active VUs and cannot initialize more`,
      );
    }
  }

  /** One at a time: making a VU costs time that the running ones need. */
  #grow(): void {
    if (this.#isGrowing || !this.#phases.isRunning) return;
    this.#isGrowing = true;
    this.#vus += 1;
    this.#context.pool.grow().then(
      (vu) => {
        this.#isGrowing = false;
        this.#add(vu);
      },
      (cause: unknown) => {
        this.#isGrowing = false;
        const reason = cause instanceof Error ? cause.message : String(cause);
        this.#context.onNote(`Cannot initialize another VU: ${reason}`);
        this.#phases.checkIdle();
      },
    );
  }

  #takePlanned(): void {
    const vu = this.#context.pool.tryTake();
    if (vu !== undefined) this.#add(vu);
    else this.#waits.push(awaitPlannedVu(this.#context, (late) => this.#add(late)));
  }

  #add(vu: VirtualUser): void {
    const seat: Seat = {
      vu,
      isRunning: false,
      onEnd: (outcome) => this.#onEnd(seat, outcome),
    };
    this.#seats.push(seat);
    this.#seat(seat);
  }

  #seat(seat: Seat): void {
    if (this.#phases.isRunning) {
      this.#idle.add(seat);
      return;
    }
    this.#context.pool.giveBack(seat.vu);
    this.#phases.checkIdle();
  }
}

/**
 * A VU of this scenario, with what it calls at the end of each iteration: made once, used for all.
 */
interface Seat {
  readonly vu: VirtualUser;
  isRunning: boolean;
  readonly onEnd: (outcome: IterationOutcome) => void;
}
