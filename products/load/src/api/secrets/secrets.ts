import type { VuContext } from "../../vu/vu-context.ts";

interface SecretGetter {
  readonly get: (key?: unknown) => Promise<string>;
}

/**
 * k6/secrets: `get(key)` from the default source, `source(name).get(key)` from another. What it
 * gives is left out of all log lines. The iteration goes on until it is there, or rejects.
 */
export function secretsOf(vu: VuContext): SecretGetter & {
  readonly source: (name?: unknown) => SecretGetter;
} {
  const getter = (name: string | undefined): SecretGetter => ({
    get: (key = "") => whileHeld(vu, () => vu.test.secretSource(name).get(String(key))),
  });
  return { ...getter(undefined), source: (name = "") => getter(String(name)) };
}

/** The answer, or the interruption of the iteration, whichever comes first. */
function whileHeld<T>({ activity }: VuContext, run: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const end = activity.whileWaiting(reject);
  Promise.try(run).then(resolve, reject).finally(end);
  return promise;
}
