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
  if (owners.length === 0) {
    process.on("unhandledRejection", onRejection);
    process.on("uncaughtException", onException);
  }
  owners.push(owner);
  return {
    [Symbol.dispose]: () => {
      const place = owners.indexOf(owner);
      if (place === -1) return;
      owners.splice(place, 1);
      if (owners.length === 0) stop();
    },
  };
}

const owners: StrayErrorsOptions[] = [];

function stop(): void {
  process.off("unhandledRejection", onRejection);
  process.off("uncaughtException", onException);
}

function onRejection(error: unknown): void {
  // What is left of an interrupted iteration ends so, as it should.
  if (!(error instanceof Interrupted)) owners.at(-1)?.onError(error);
}

function onException(error: unknown): void {
  const owner = owners.at(-1);
  if (owner?.isScripts(error)) {
    owner.onError(error);
    return;
  }
  // With nobody listening it ends the process, as our own mistakes have to.
  stop();
  setImmediate(() => {
    throw error;
  });
}
