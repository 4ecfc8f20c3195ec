import type { CancelTimer } from "@breakwater/clock";
import type { Hold } from "../../vu/activity.ts";
import type { VuContext } from "../../vu/vu-context.ts";

type Callback = (...args: never[]) => unknown;

/** The timer functions of scripts, as globals and in k6/timers. */
export interface Timers {
  readonly setTimeout: (callback: Callback, delayMs?: number, ...args: unknown[]) => number;
  readonly setInterval: (callback: Callback, delayMs?: number, ...args: unknown[]) => number;
  readonly clearTimeout: (id?: unknown) => void;
  readonly clearInterval: (id?: unknown) => void;
}

const known = new WeakMap<VuContext, VuTimers>();

/** A VU's own: made when it first sets a timer. */
export function timersOf(vu: VuContext): Timers {
  let timers = known.get(vu);
  if (timers === undefined) {
    timers = new VuTimers(vu);
    known.set(vu, timers);
  }
  return timers;
}

interface Timer {
  readonly id: number;
  readonly callback: Callback;
  readonly delayMs: number;
  readonly args: readonly never[];
  readonly repeats: boolean;
  cancel: CancelTimer;
}

/**
 * k6's timers: numbered from 1 for each VU, callbacks one after the other and never while a call
 * holds the script up; an interval's next wait begins when its callback is done. The iteration is
 * not over while one is set. One whose callback throws takes all others of its VU with it.
 */
class VuTimers implements Timers {
  readonly #vu: VuContext;
  readonly #timers = new Map<number, Timer>();
  #lastId = 0;
  /** As long as any timer is set. */
  #hold: Hold | undefined;

  constructor(vu: VuContext) {
    this.#vu = vu;
  }

  readonly setTimeout: Timers["setTimeout"] = (callback, delayMs, ...args) =>
    this.#set("setTimeout", {
      callback,
      delayMs: toDelay(delayMs),
      args: args as never[],
      repeats: false,
    });

  readonly setInterval: Timers["setInterval"] = (callback, delayMs, ...args) =>
    this.#set("setInterval", {
      callback,
      delayMs: toDelay(delayMs),
      args: args as never[],
      repeats: true,
    });

  readonly clearTimeout: Timers["clearTimeout"] = (id) => this.#clear(Number(id));

  readonly clearInterval: Timers["clearInterval"] = (id) => this.#clear(Number(id));

  #set(name: string, given: Omit<Timer, "id" | "cancel">): number {
    if (typeof given.callback !== "function") {
      throw new TypeError(`Cannot ${name} ${String(given.callback)}: give a function`);
    }
    const { activity } = this.#vu;
    if (!activity.isLoading) activity.assertRunning(name);
    this.#lastId += 1;
    const timer: Timer = { ...given, id: this.#lastId, cancel: () => {} };
    this.#timers.set(timer.id, timer);
    this.#hold ??= activity.hold(this.#onInterrupt);
    this.#arm(timer);
    return timer.id;
  }

  readonly #onInterrupt = (): void => {
    this.#hold = undefined;
    this.#stopAll();
  };

  #arm(timer: Timer): void {
    const { clock } = this.#vu;
    timer.cancel = clock.at(clock.nowMs() + timer.delayMs, () => this.#fall(timer));
  }

  #fall(timer: Timer): void {
    if (this.#vu.activity.isRunning) this.#hold?.deliver(() => this.#run(timer));
    // While the script is loaded, and for what that left behind, nothing holds it up.
    else void this.#runAlone(timer);
  }

  async #runAlone(timer: Timer): Promise<void> {
    try {
      await this.#run(timer);
    } catch (error) {
      this.#vu.onThrown(error);
    }
  }

  #run(timer: Timer): unknown {
    if (!this.#timers.has(timer.id)) return undefined;
    if (!timer.repeats) this.#timers.delete(timer.id);
    try {
      const result = timer.callback(...timer.args);
      if (timer.repeats) this.#repeat(timer);
      this.#releaseIfNone();
      return result instanceof Promise ? this.#watch(result) : undefined;
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  /** Delivered behind whatever the callback waits for, if that holds the script up. */
  #repeat(timer: Timer): void {
    const rearm = (): void => {
      if (this.#timers.has(timer.id)) this.#arm(timer);
    };
    if (this.#vu.activity.isRunning && this.#hold) this.#hold.deliver(rearm);
    else rearm();
  }

  async #watch(result: Promise<unknown>): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  #clear(id: number): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
    this.#releaseIfNone();
  }

  /** As in k6 the iteration goes no further than to the error. */
  #fail(): void {
    this.#stopAll();
    this.#releaseIfNone();
  }

  #stopAll(): void {
    for (const { id, repeats, cancel } of this.#timers.values()) {
      cancel();
      const name = repeats ? "setInterval" : "setTimeout";
      this.#vu.warn(`${name} ${id} was stopped: the iteration was cut short`);
    }
    this.#timers.clear();
  }

  #releaseIfNone(): void {
    if (this.#timers.size > 0) return;
    this.#hold?.release();
    this.#hold = undefined;
  }
}

/** What is no number of ms, or a negative one, is none. */
function toDelay(delayMs: unknown): number {
  return Math.max(Number(delayMs) || 0, 0);
}
