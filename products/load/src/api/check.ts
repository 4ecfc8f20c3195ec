import { readTags } from "../measure/sample-tags.ts";
import type { VuContext } from "../vu/vu-context.ts";
import { assertNoSeparator } from "./group.ts";

type CheckFunction<T> = (value: T) => unknown;

/** Named conditions: each a function of the value, or a value that stands for itself. */
export type Checks<T> = Readonly<Record<string, CheckFunction<T> | unknown>>;

/**
 * k6's check(): counts each condition as passed or failed, stops nothing, and says whether all
 * held. A condition that throws has failed, and its error goes on to the caller. A promise would
 * always count as passed, so it is refused.
 */
export function check<T>(
  vu: VuContext,
  value: T,
  checks: Checks<T> | null | undefined,
  tags?: Readonly<Record<string, string>>,
): boolean {
  if (value instanceof Promise) throw new TypeError("Cannot check a promise: await it first");
  const call = new CheckCall(vu, value, checks, tags);
  for (const name of call.names) {
    const result = call.ask(name);
    if (result instanceof Promise) {
      call.count(name, false);
      result.catch(() => {}); // nobody will wait for it
      throw new TypeError(`Cannot check "${name}": it gives a promise; await that before check()`);
    }
    call.count(name, Boolean(result));
  }
  return call.isAllPassed;
}

/**
 * The same for scripts of k6, whose conditions give a promise where they hold the script up: the
 * next one is asked when that is settled, and the result is a promise too.
 */
export function checkInTurn<T>(
  vu: VuContext,
  value: T,
  checks: Checks<T> | null | undefined,
  tags?: Readonly<Record<string, string>>,
): boolean | Promise<boolean> {
  const call = new CheckCall(vu, value, checks, tags);
  for (const [index, name] of call.names.entries()) {
    const result = call.ask(name);
    if (result instanceof Promise) return finish(call, index, result);
    call.count(name, Boolean(result));
  }
  return call.isAllPassed;
}

async function finish<T>(
  call: CheckCall<T>,
  index: number,
  pending: Promise<unknown>,
): Promise<boolean> {
  await call.settle(call.names[index]!, pending);
  for (const name of call.names.slice(index + 1)) await call.settle(name, call.ask(name));
  return call.isAllPassed;
}

/** One call of the script's. All its samples have the time and tags with which it was made. */
class CheckCall<T> {
  readonly names: readonly string[];
  isAllPassed: boolean = true;
  readonly #vu: VuContext;
  readonly #value: T;
  readonly #checks: Checks<T>;
  readonly #tags: Readonly<Record<string, string>> | undefined;
  readonly #timeMs: number;

  constructor(vu: VuContext, value: T, checks: Checks<T> | null | undefined, tags: unknown) {
    vu.activity.assertRunning("check");
    if (typeof checks !== "object" || !checks) {
      throw new TypeError("Cannot check without conditions: give an object of names and functions");
    }
    this.names = Object.keys(checks);
    this.#vu = vu;
    this.#value = value;
    this.#checks = checks;
    this.#tags = readTags(tags);
    // Only a listener wants to know when: looking at the clock costs as much as the check.
    this.#timeMs = vu.measure.registry.isListenedTo ? vu.clock.nowMs() : 0;
  }

  /** What the condition gives; counted already when it throws. */
  ask(name: string): unknown {
    assertNoSeparator("a check", name);
    const condition = this.#checks[name];
    if (typeof condition !== "function") return condition;
    try {
      return (condition as CheckFunction<T>)(this.#value);
    } catch (error) {
      this.count(name, false);
      throw error;
    }
  }

  async settle(name: string, result: unknown): Promise<void> {
    let isPassed = false;
    try {
      isPassed = Boolean(await result);
    } finally {
      this.count(name, isPassed);
    }
  }

  count(name: string, isPassed: boolean): void {
    const { checkTags, measure, tags, activity } = this.#vu;
    // What is left of an interrupted iteration counts for nothing.
    if (!activity.isRunning) return;
    // A condition may have made checks of its own.
    checkTags.own = this.#tags;
    checkTags.check = name;
    measure.check(name, isPassed, checkTags, tags.group, this.#timeMs);
    if (!isPassed) this.isAllPassed = false;
  }
}
