import type { Clock } from "@breakwater/clock";
import { type Logger, pino } from "pino";
import type { Call } from "../call.ts";
import { fileSink, LogOutput, type LogSink } from "./log-output.ts";
import { toTextLine } from "./text-line.ts";

export type { Logger } from "pino";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface ServiceLogOptions {
  readonly clock: Clock;
  /** What is less than that is not logged. */
  readonly level: LogLevel;
  /** A line of JSON each, or something for people's terminals. */
  readonly format: "json" | "text";
  /** Standard output if left out. */
  readonly sink?: LogSink;
}

/** Where a service's lines go: its own, by `logger`, and those of its access log. */
export interface ServiceLog {
  /** For the service's own lines. What looks like a secret in their fields is left out. */
  readonly logger: Logger;
  readonly level: LogLevel;
  /** Takes a line of JSON with its line end, whose level was looked at. */
  writeLine(json: string): void;
  /** Lines that were lost because their sink was slow or closed. */
  readonly droppedLines: number;
  /** Resolves when all lines are out, or none can be. Give it a time limit. */
  flush(): Promise<void>;
}

/** Lines wait in memory while their sink is slow, up to so many characters. */
const MAX_WAITING = 4_194_304;

/** Fields that are never shown, of a line or of an object in it. */
const secretNames = ["authorization", "cookie", "password", "secret", "token", "apiKey", "api_key"];

export function serviceLog(options: ServiceLogOptions): ServiceLog {
  const { clock, level, format, sink = fileSink(1, clock) } = options;
  const output = new LogOutput({ clock, sink, maxWaiting: MAX_WAITING });
  const writeLine =
    format === "json"
      ? (line: string) => output.write(line)
      : (line: string) => output.write(toTextLine(line));
  const logger = pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      redact: secretNames.flatMap((name) => [name, `*.${name}`]),
    },
    { write: writeLine },
  );
  return {
    logger,
    level,
    writeLine,
    get droppedLines() {
      return output.dropped;
    },
    flush: () => output.flush(),
  };
}

/** The logger, with the call's id on each line. */
export function callLogger(logger: Logger, call: Call): Logger {
  return logger.child({ request_id: call.id });
}
