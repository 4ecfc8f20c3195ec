import type { LoadIo } from "../io.ts";

/** What a run has to say beside its results: on stderr, a line each. */
export interface Logger {
  readonly write: (level: "warn" | "error" | "info", line: string) => void;
  /** Called before each line, for whoever keeps a live line there. */
  before: () => void;
}

export function logger(io: LoadIo): Logger {
  const log: Logger = {
    before: () => {},
    write: (level, line) => {
      log.before();
      const label = io.isTerminal("stderr") ? colored[level] : level;
      io.stderr(`${label}: ${line}\n`);
    },
  };
  return log;
}

const colored = {
  info: "\x1b[36minfo\x1b[0m",
  warn: "\x1b[33mwarn\x1b[0m",
  error: "\x1b[31merror\x1b[0m",
} as const;
