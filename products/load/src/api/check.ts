import { readTags } from "../measure/sample-tags.ts";
import type { VuContext } from "../vu/vu-context.ts";
import { assertNoSeparator } from "./group.ts";

type CheckFunction<T> = (value: T) => unknown;

/** Named conditions: each a function of the value, or a value that stands for itself. */
export type Checks<T> = Readonly<Record<string, CheckFunction<T> | unknown>>;

/**
 * k6's check(): counts each condition as passed or failed, stops nothing, and says whether all
 * held. A condition that throws has failed, and its error goes on to the caller.
 */
export function check<T>(
  vu: VuContext,
  value: T,
  checks: Checks<T> | null | undefined,
  tags?: Readonly<Record<string, string>>,
): boolean {
  vu.activity.assertRunning("check");
  if (value instanceof Promise) throw new TypeError("Cannot check a promise: await it first");
  if (typeof checks !== "object" || !checks) {
    throw new TypeError("Cannot check without conditions: give an object of names and functions");
  }
  const { checkTags, measure } = vu;
  const own = readTags(tags);
  // Only a listener wants to know when: looking at the clock costs as much as the check.
  const timeMs = measure.registry.isListenedTo ? vu.clock.nowMs() : 0;
  let isAllPassed = true;
  for (const name in checks) {
    assertNoSeparator("a check", name);
    let isPassed = false;
    try {
      isPassed = holds(name, checks[name], value);
    } finally {
      // A condition may have made checks of its own.
      checkTags.own = own;
      checkTags.check = name;
      measure.check(name, isPassed, checkTags, vu.tags.group, timeMs);
    }
    if (!isPassed) isAllPassed = false;
  }
  return isAllPassed;
}

/** A promise would always count as passed, so it is refused, as in k6. */
function holds<T>(name: string, condition: unknown, value: T): boolean {
  const result =
    typeof condition === "function" ? (condition as CheckFunction<T>)(value) : condition;
  if (!(result instanceof Promise)) return Boolean(result);
  result.catch(() => {}); // nobody will wait for it
  throw new TypeError(`Cannot check "${name}": it gives a promise; await that before check()`);
}
