import type { Clock } from "@breakwater/clock";
import { RunError } from "../exit-code.ts";
import { type Engine, type EngineEvents, type EngineJob, EngineLost } from "./engine.ts";
import { channelLimits, type FromWorker, type ToWorker } from "./messages.ts";

/** Starts a worker process; io/process has the real one. */
export type SpawnWorker = (
  args: readonly string[],
  options: typeof channelLimits & {
    readonly onMessage: (message: unknown) => void;
    readonly onExit: (exit: WorkerEnd) => void;
  },
) => { trySend(message: unknown): boolean; kill(): void };

export interface WorkerEnd {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly problem: string | undefined;
}

/** A script that never lets go of its process cannot be told to stop: then it is killed. */
const STOP_NOW_LIMIT_MS = 2000;

/** An engine in a process of its own, started as `bw worker`. */
export class ProcessEngine implements Engine {
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
  readonly #events: EngineEvents;
  readonly #number: number;
  readonly #clock: Clock;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #done: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #child: ReturnType<SpawnWorker>;
  #hasEnded: boolean = false;

  constructor(job: EngineJob, events: EngineEvents, spawn: SpawnWorker, clock: Clock) {
    this.#events = events;
    this.#number = job.worker + 1;
    this.#clock = clock;
    this.ready = this.#ready.promise;
    this.done = this.#done.promise;
    // Whoever waits sees how they end; with nobody waiting that must not count as unhandled.
    this.ready.catch(() => {});
    this.done.catch(() => {});
    this.#child = spawn(["worker"], {
      ...channelLimits,
      onMessage: (message) => this.#onMessage(message as FromWorker),
      onExit: (exit) => this.#lose(describeEnd(exit)),
    });
    this.#send({ kind: "job", job });
  }

  go(setupData: string | undefined): void {
    this.#send({ kind: "go", setupData });
  }

  stop(how: "drain" | "now"): void {
    this.#send({ kind: "stop", how });
    if (how === "drain" || this.#hasEnded) return;
    const cancel = this.#clock.at(this.#clock.nowMs() + STOP_NOW_LIMIT_MS, () => {
      this.#lose("it did not stop and was killed");
    });
    void this.done.then(cancel, cancel);
  }

  #send(message: ToWorker): void {
    if (this.#hasEnded) return;
    try {
      if (!this.#child.trySend(message)) this.#lose("it does not read what it is told");
    } catch (error) {
      this.#lose((error as Error).message);
    }
  }

  #onMessage(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#ready.resolve();
        break;
      case "report":
        this.#events.onReport(message.report);
        break;
      case "log":
        this.#events.onLog(message.level, message.line, message.source);
        break;
      case "verdict":
        this.#events.onVerdict(message.verdict);
        break;
      case "samples-lost":
        this.#events.onSamplesLost(message.message);
        break;
      case "failed":
        if (message.exitCode === undefined) this.#lose(message.message);
        else this.#end(new RunError(message.exitCode, message.message));
        break;
      case "done":
        this.#end(undefined);
    }
  }

  #lose(reason: string): void {
    this.#end(new EngineLost(`worker ${this.#number} ended before its work did: ${reason}`));
  }

  /** Harmless the second time. There is nothing more to come, so a script's own timers end, too. */
  #end(error: Error | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (error === undefined) {
      this.#done.resolve();
    } else {
      this.#ready.reject(error);
      this.#done.reject(error);
    }
    this.#child.kill();
  }
}

function describeEnd({ code, signal, problem }: WorkerEnd): string {
  if (problem !== undefined) return problem;
  return signal === undefined ? `exit code ${code ?? "unknown"}` : `killed by ${signal}`;
}
