import type { VuContext } from "../../vu/vu-context.ts";
import { sharedList } from "./shared-list.ts";

type SharedArrayConstructor = new (name: string, make: () => unknown) => readonly unknown[];

/**
 * k6's SharedArray for one VU: `new SharedArray(name, make)` at the script's top level. `make` runs
 * once in the process, whichever VU comes first; its array's elements are kept as JSON, and all VUs
 * read from the same.
 */
export function sharedArrayClass(vu: VuContext): SharedArrayConstructor {
  // A constructor that returns another object: scripts call it with `new`, and k6 without as well.
  return function SharedArray(name: unknown, make: unknown): readonly unknown[] {
    vu.activity.assertLoading(`make the SharedArray "${String(name)}"`);
    const text = String(name);
    if (text === "") throw new TypeError('Cannot make the SharedArray "": give it a name');
    const run = asFunction(text, make);
    return vu.test.shared("SharedArray", text, () => fromArray(text, run()));
  } as unknown as SharedArrayConstructor;
}

function asFunction(name: string, make: unknown): () => unknown {
  if (typeof make === "function") return make as () => unknown;
  const advice = "give a function that returns an array as the second argument";
  throw new TypeError(`Cannot make the SharedArray "${name}": ${advice}`);
}

function fromArray(name: string, made: unknown): readonly unknown[] {
  if (made instanceof Promise) {
    made.catch(() => {}); // nobody will wait for it
    const advice = "its function is async; await before, and return the array";
    throw new TypeError(`Cannot make the SharedArray "${name}": ${advice}`);
  }
  if (!Array.isArray(made)) {
    const advice = "its function returned no array; return one";
    throw new TypeError(`Cannot make the SharedArray "${name}": ${advice}`);
  }
  // What JSON does not know is null, as JSON.stringify() has it within arrays.
  const elements = Array.from(
    made,
    (element: unknown) => (JSON.stringify(element) as string | undefined) ?? "null",
  );
  return sharedList(elements.length, (index) => JSON.parse(elements[index]!) as unknown);
}
