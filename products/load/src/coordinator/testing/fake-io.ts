import { FakeClock } from "@breakwater/clock/testing";
import type { LoadIo } from "../../io.ts";

type Handlers = Parameters<LoadIo["onStopSignals"]>[0];

export interface FakeIo extends LoadIo {
  readonly err: readonly string[];
  readonly out: readonly string[];
  /**
   * As if the person pressed Ctrl-C for the first or the second time; false when nobody listens.
   */
  signal(which: "first" | "second"): boolean;
}

/** The outside as plain values: everything written is kept, time stands still. */
export function fakeIo(options: Partial<LoadIo> = {}): FakeIo {
  const err: string[] = [];
  const out: string[] = [];
  let handlers: Handlers | undefined;
  return {
    clock: new FakeClock(),
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    isTerminal: () => false,
    terminalWidth: () => undefined,
    onStopSignals: (given) => {
      handlers = given;
      return {
        [Symbol.dispose]: () => {
          handlers = undefined;
        },
      };
    },
    cacheFolder: "/nonexistent",
    spawnWorker: () => {
      throw new Error("no worker process in this test");
    },
    availableCores: () => 2,
    openFileLimit: () => undefined,
    err,
    out,
    signal: (which) => {
      handlers?.[which]("SIGINT");
      return handlers !== undefined;
    },
    ...options,
  };
}
