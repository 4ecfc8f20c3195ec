import type { Clock } from "@breakwater/clock";
import type { FromWorker, ToWorker } from "../messages.ts";
import type { SpawnWorker, WorkerEnd } from "../process-engine.ts";
import { runWorker } from "../worker-main.ts";

/** A worker that a test holds both ends of. */
export interface MemoryWorker {
  readonly args: readonly string[];
  readonly told: readonly ToWorker[];
  readonly wasKilled: boolean;
  /** As if the worker had said it. */
  says(message: FromWorker): void;
  /** The process is gone. */
  ends(end?: Partial<WorkerEnd>): void;
}

export interface MemoryWorkersOptions {
  /** With a clock each worker runs the real worker's program; without, only the test speaks. */
  readonly clock?: Clock;
  /** False: no room for a message to the worker. An error: it is too long. */
  readonly onSend?: (message: ToWorker) => boolean;
}

/** Workers in this process. Messages go through JSON and arrive in a later turn, as between two. */
export function memoryWorkers({ clock, onSend = () => true }: MemoryWorkersOptions = {}): {
  readonly spawn: SpawnWorker;
  readonly workers: readonly MemoryWorker[];
} {
  const workers: MemoryWorker[] = [];
  const spawn: SpawnWorker = (args, { onMessage, onExit }) => {
    const told: ToWorker[] = [];
    let isGone: boolean = false;
    let wasKilled: boolean = false;
    let toProgram: (message: unknown) => void = () => {};
    const later = (deliver: (message: unknown) => void, message: unknown): void => {
      if (isGone) return;
      const text = JSON.stringify(message);
      queueMicrotask(() => {
        if (!wasKilled) deliver(JSON.parse(text));
      });
    };
    const ends = (end: Partial<WorkerEnd> = {}): void => {
      if (isGone) return;
      isGone = true;
      queueMicrotask(() => onExit({ code: 0, signal: undefined, problem: undefined, ...end }));
    };
    const says = (message: FromWorker): void => later(onMessage, message);
    if (clock) {
      runWorker((options) => {
        toProgram = options.onMessage;
        const trySend = (message: unknown): boolean => {
          says(message as FromWorker);
          return true;
        };
        return { trySend, close: async () => ends() };
      }, clock);
    }
    workers.push({
      args,
      told,
      says,
      ends,
      get wasKilled() {
        return wasKilled;
      },
    });
    return {
      trySend: (message) => {
        if (!onSend(message as ToWorker)) return false;
        told.push(message as ToWorker);
        later(toProgram, message);
        return true;
      },
      kill: () => {
        wasKilled = true;
        ends({ code: undefined, signal: "SIGKILL" });
      },
    };
  };
  return { spawn, workers };
}
