import type { Clock } from "@breakwater/clock";
import type { SpawnWorker } from "./engine/process-engine.ts";

/** Everything outside that a run touches; the command line passes the real things in. */
export interface LoadIo {
  readonly clock: Clock;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether a person looks at the stream: then it has colours, or a line that is written anew. */
  readonly isTerminal: (stream: "stdout" | "stderr") => boolean;
  readonly terminalWidth: () => number | undefined;
  readonly onStopSignals: (handlers: {
    readonly first: (signal: string) => void;
    readonly second: (signal: string) => void;
  }) => Disposable;
  /** For what can be fetched again. */
  readonly cacheFolder: string;
  readonly spawnWorker: SpawnWorker;
  readonly availableCores: () => number;
  /** `undefined` when it is not limited or cannot be told. */
  readonly openFileLimit: () => number | undefined;
}
