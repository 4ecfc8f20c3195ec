import type { ExitCode } from "../exit-code.ts";
import type { EngineJob, EngineReport, LogLevel } from "./engine.ts";
import type { ScriptVerdict } from "./test-state.ts";

/**
 * From the coordinator to a worker process. JSON-able, as it may come from another machine one day.
 */
export type ToWorker =
  | { readonly kind: "job"; readonly job: EngineJob }
  | { readonly kind: "go"; readonly setupData: string | undefined }
  | { readonly kind: "stop"; readonly how: "drain" | "now" };

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "report"; readonly report: EngineReport }
  | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly line: string;
      readonly source: "console" | undefined;
    }
  | { readonly kind: "verdict"; readonly verdict: ScriptVerdict }
  | { readonly kind: "samples-lost"; readonly message: string }
  /** The job could not be started, or broke. With a code it is the user's to put right. */
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: ExitCode | undefined }
  | { readonly kind: "done" };

/** Both ends limit what may wait and how long a message may be: a report is some 100 kB. */
export const channelLimits: { readonly maxMessageChars: number; readonly maxQueued: number } = {
  maxMessageChars: 64 * 1024 * 1024,
  maxQueued: 1000,
};
