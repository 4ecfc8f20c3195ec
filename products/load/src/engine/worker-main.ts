import type { Clock } from "@breakwater/clock";
import { RunError } from "../exit-code.ts";
import type { Engine, EngineEvents, EngineJob } from "./engine.ts";
import { LocalEngine } from "./local-engine.ts";
import { channelLimits, type FromWorker, type ToWorker } from "./messages.ts";

/** A worker's line to its coordinator; io/process has the real one. */
export type OpenChannel = (
  options: typeof channelLimits & { readonly onMessage: (message: unknown) => void },
) => { trySend(message: unknown): boolean; close(): Promise<void> } | undefined;

/**
 * What `bw worker` does: waits for a job, does it, reports. False when nobody started it as one.
 */
export function runWorker(openChannel: OpenChannel, clock: Clock): boolean {
  let engine: Engine | undefined;
  const send = (message: FromWorker): void => void channel?.trySend(message);
  const fail = (error: unknown): void => {
    const code = error instanceof RunError ? error.exitCode : undefined;
    const message = error instanceof Error ? error.message : String(error);
    send({ kind: "failed", message, exitCode: code });
  };

  const start = (job: EngineJob): Engine => {
    const events: EngineEvents = {
      onReport: (report) => send({ kind: "report", report }),
      onLog: (level, line, source) => send({ kind: "log", level, line, source }),
      onVerdict: (verdict) => send({ kind: "verdict", verdict }),
      onSamplesLost: (message) => send({ kind: "samples-lost", message }),
    };
    const local = new LocalEngine(job, events, clock);
    local.ready.then(() => send({ kind: "ready" }), fail);
    local.done.then(() => {
      send({ kind: "done" });
      return channel?.close();
    }, fail);
    return local;
  };

  const onMessage = (message: unknown): void => {
    const told = message as ToWorker;
    if (told.kind === "go") engine?.go(told.setupData);
    else if (told.kind === "stop") engine?.stop(told.how);
    else {
      try {
        engine = start(told.job);
      } catch (error) {
        fail(error);
      }
    }
  };
  const channel = openChannel({ ...channelLimits, onMessage });
  return channel !== undefined;
}
