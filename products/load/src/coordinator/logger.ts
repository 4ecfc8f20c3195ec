import { openSync, writeSync } from "node:fs";
import { unwritable } from "@breakwater/sink";
import type { LogLevel, OnLog } from "../engine/engine.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { LoadRequest } from "../request.ts";

/** What a run has to say beside its results, a line each. */
export interface Logger {
  readonly write: OnLog;
  /** Called before each line, for whoever keeps a live line there. */
  before: () => void;
}

export type LogRequest = Pick<
  LoadRequest,
  "logOutput" | "logFormat" | "isVerbose" | "layers" | "settings"
>;

/** On stderr, a line each; debug lines are left out. */
export function logger(io: LoadIo): Logger {
  const log: Logger = { before: () => {}, write: (...entry) => write(...entry) };
  const write = ownWriter(io, "stderr", "", "info", () => log.before());
  return log;
}

/**
 * As k6's `--log-output`, `--log-format`, `--console-output` and `-v` ask for it. Throws a RunError
 * when that cannot be had.
 */
export function openLogger(io: LoadIo, request: LogRequest): Logger {
  const { logOutput, logFormat: format, isVerbose } = request;
  const level = isVerbose ? "debug" : "info";
  const log: Logger = { before: () => {}, write: (...entry) => write(...entry) };
  const clear = (): void => log.before();
  const toLog = logWriter(io, { output: logOutput, format, level, clear });
  const consolePath = consoleOutput(request);
  const tell = (message: string): void => io.stderr(`error: ${message}\n`);
  // Who reads that file knows where its lines come from.
  const toConsole = consolePath === undefined ? undefined : fileWriter(consolePath, format, tell);
  const write: OnLog = (entryLevel, line, source) => {
    if (source === "console" && toConsole !== undefined) toConsole(entryLevel, line);
    else toLog(entryLevel, line, source);
  };
  return log;
}

interface LogTarget {
  readonly output: string;
  readonly format: Format;
  readonly level: LogLevel;
  readonly clear: () => void;
}

type Format = LoadRequest["logFormat"];

function logWriter(io: LoadIo, { output, format, level, clear }: LogTarget): OnLog {
  if (output === "stderr" || output === "stdout") {
    return ownWriter(io, output, format, level, clear);
  }
  if (output === "none") return () => {};
  const [, path, lowest] = /^file=([^,]+)(?:,level=(\w+))?$/.exec(output) ?? [];
  if (path === undefined) throw badOutput(output);
  const from = lowest === undefined ? level : levelNames[lowest];
  if (from === undefined) throw badOutput(output);
  const tell = (message: string): void => {
    clear();
    io.stderr(`error: ${message}\n`);
  };
  const write = fileWriter(path, format, tell);
  return (entryLevel, ...entry) => {
    if (isAtLeast(entryLevel, from)) write(entryLevel, ...entry);
  };
}

function badOutput(output: string): RunError {
  const advice = output.startsWith("loki")
    ? "write file=PATH and let a collector bring that to Loki"
    : "give stderr, stdout, none, file=PATH or file=PATH,level=warn";
  return new RunError(exitCode.invalidConfig, `Cannot log to "${output}": ${advice}`);
}

/** To one of this process's streams. */
function ownWriter(
  io: LoadIo,
  stream: "stderr" | "stdout",
  format: Format,
  from: LogLevel,
  clear: () => void,
): OnLog {
  const send = (text: string): void => (stream === "stderr" ? io.stderr(text) : io.stdout(text));
  return (level, line, source) => {
    if (!isAtLeast(level, from)) return;
    clear();
    if (format !== "") return send(formatLine(format, level, line, source));
    const label = io.isTerminal(stream) ? `\x1b[${colors[level]}m${level}\x1b[0m` : level;
    send(`${label}: ${line}${source === undefined ? "" : ` source=${source}`}\n`);
  };
}

/** Appends to a file; one that takes no more is told once. */
function fileWriter(path: string, format: Format, tell: (message: string) => void): OnLog {
  const fd = openFile(path);
  let hasFailed = false;
  return (level, line, source) => {
    if (hasFailed) return;
    try {
      writeSync(fd, formatLine(format, level, line, source));
    } catch (error) {
      hasFailed = true;
      tell(`${unwritable("the log", path, error)}; no more is written`);
    }
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new RunError(exitCode.invalidConfig, unwritable("the log", path, error));
  }
}

/** k6's formats; its own is that of logrus: `time="…" level=info msg="…" source=console`. */
function formatLine(
  format: Format,
  level: LogLevel,
  line: string,
  source: string | undefined,
): string {
  const k6Level = level === "warn" ? "warning" : level;
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  switch (format) {
    case "raw":
      return `${line}\n`;
    case "json":
      return `${JSON.stringify({ level: k6Level, msg: line, source, time })}\n`;
    case "": {
      const end = source === undefined ? "" : ` source=${source}`;
      return `time="${time}" level=${k6Level} msg=${quote(line)}${end}\n`;
    }
  }
}

const quote = (text: string) => (/^[\w\-./@^+]+$/.test(text) ? text : JSON.stringify(text));

/** What is given as a flag or in the environment: a script may not choose its reader's file. */
function consoleOutput({ layers, settings }: LogRequest): string | undefined {
  const flag = layers.commandLine.consoleOutput ?? settings.K6_CONSOLE_OUTPUT;
  return typeof flag === "string" && flag !== "" ? flag : undefined;
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

const isAtLeast = (level: LogLevel, lowest: LogLevel) =>
  levels.indexOf(level) >= levels.indexOf(lowest);

/** Also k6's names for what is finer or coarser than ours. */
const levelNames: Readonly<Record<string, LogLevel>> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
  panic: "error",
};

const colors: Readonly<Record<LogLevel, number>> = { debug: 35, info: 36, warn: 33, error: 31 };
