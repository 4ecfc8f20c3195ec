import { chain, chainMethod } from "./chain.ts";
import * as inOrder from "./in-order.ts";
import { collect, iterate } from "./iterate.ts";
import { keep, kept } from "./kept.ts";

/** What compiled scripts call as `$breakwater.run`; nothing in it depends on the VU. */
export const run: Readonly<Record<string, unknown>> = {
  ...inOrder,
  chain,
  chainMethod,
  collect,
  commonJs,
  iterate,
  keep,
  kept,
  now,
  promise,
};

/** `new Promise(executor)`, where the executor waits: what it throws then fails the promise. */
function promise(executor: Executor): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const running = executor(resolve, reject);
    if (running instanceof Promise) running.catch(reject);
  });
}

type Executor = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown;

/** For what stands where nothing can wait, in case that it has to. */
function now(value: unknown): unknown {
  if (!(value instanceof Promise)) return value;
  value.catch(() => {});
  throw new TypeError(
    "Cannot wait here: constructors, getters, comparators and the like have to give their result " +
      "at once; make the call before, or in a function of its own",
  );
}

/** A module of the host's as require() gives it: with what compilers look for. */
function commonJs(api: object, names: readonly string[]): object {
  const exports = { default: api };
  Object.defineProperty(exports, "__esModule", { value: true });
  for (const name of names) {
    const get = (): unknown => Reflect.get(api, name);
    Object.defineProperty(exports, name, { get, enumerable: true });
  }
  return exports;
}
