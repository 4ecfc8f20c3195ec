import { Interrupted } from "../vu/activity.ts";

export interface StrayErrorsOptions {
  readonly onError: (error: unknown) => void;
  /** Whether it was thrown in the script; what was thrown elsewhere is our own mistake. */
  readonly isScripts: (error: unknown) => boolean;
}

/**
 * Takes what a script throws where nobody catches it: in a promise that it does not await, or in a
 * timer's callback. Left alone it would end the process and the run. Disposing ends that.
 *
 * Nobody knows whose VU it was, so such an error fails no iteration: it is only told, to the owner
 * that came last (in one process the VU that runs setup() and those of the iterations are apart).
 */
export function strayErrors(owner: StrayErrorsOptions): Disposable {
  if (owners.length === 0) process.on("unhandledRejection", onRejection);
  // Stays for good: when its listener is taken away, Bun does not end at an exception any more.
  if (!process.listeners("uncaughtException").includes(onException)) {
    process.on("uncaughtException", onException);
  }
  owners.push(owner);
  return {
    [Symbol.dispose]: () => {
      const place = owners.indexOf(owner);
      if (place !== -1) owners.splice(place, 1);
      if (owners.length === 0) process.off("unhandledRejection", onRejection);
    },
  };
}

const owners: StrayErrorsOptions[] = [];

function onRejection(error: unknown): void {
  // What is left of an interrupted iteration ends so, as it should.
  if (!(error instanceof Interrupted)) owners.at(-1)?.onError(error);
}

function onException(error: unknown): void {
  const owner = owners.at(-1);
  if (owner?.isScripts(error)) owner.onError(error);
  // Our own mistake has to end the process: here this prints it and does so (code 7, as in Node).
  else reportError(error);
}
