import type { VuContext } from "../vu/vu-context.ts";

/** Between the names of nested groups, and before a check's name; k6 forbids it inside a name. */
const SEPARATOR = "::";

export function assertNoSeparator(what: string, name: string): void {
  if (!name.includes(SEPARATOR)) return;
  throw new TypeError(`Cannot name ${what} "${name}": "${SEPARATOR}" separates nested groups`);
}

/**
 * k6's group(): what is measured inside carries its path in the tag `group`. The function may be
 * async: then await the group.
 */
export function group<T>(vu: VuContext, name: string, run: () => T): T {
  vu.activity.assertRunning("open a group");
  assertNoSeparator("a group", String(name));
  if (typeof run !== "function") throw new TypeError(`Cannot run group "${name}": give a function`);
  const outer = vu.tags.group;
  const path = `${outer}${SEPARATOR}${name}`;
  const startedMs = vu.clock.nowMs();
  const leave = (): void => {
    // An interrupted iteration leaves no measurements, and its VU's tags are for the next one.
    if (!vu.activity.isRunning) return;
    const timeMs = vu.clock.nowMs();
    vu.tags.group = path;
    vu.measure.groupDuration.add(timeMs - startedMs, vu.tags, timeMs);
    vu.tags.group = outer;
  };
  vu.tags.group = path;
  vu.measure.checkTree.addGroup(path);
  let result: T;
  try {
    result = run();
  } catch (error) {
    leave();
    throw error;
  }
  if (result instanceof Promise) return result.finally(leave) as T;
  leave();
  return result;
}
