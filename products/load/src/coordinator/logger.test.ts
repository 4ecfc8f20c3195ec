import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "../exit-code.ts";
import { plainRequest } from "../request.ts";
import { type Logger, type LogRequest, logger, openLogger } from "./logger.ts";
import { fakeIo } from "./testing/fake-io.ts";

test.each([
  [false, "warn: slow\n"],
  [true, "\x1b[33mwarn\x1b[0m: slow\n"],
])("a line says how bad it is (on a terminal in colour: %p)", (isTerminal, wanted) => {
  const io = fakeIo({ isTerminal: () => isTerminal });
  logger(io).write("warn", "slow");
  expect(io.err).toEqual([wanted]);
});

test("whoever keeps a live line is told before each", () => {
  const io = fakeIo();
  const log = logger(io);
  log.before = () => io.stderr("cleared ");
  log.write("error", "a");
  log.write("debug", "nobody asked for");
  log.write("info", "b");
  expect(io.err.join("")).toBe("cleared error: a\ncleared info: b\n");
});

function folder() {
  const path = mkdtempSync(join(tmpdir(), "breakwater-log-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function speak(log: Logger): void {
  log.write("debug", "fine");
  log.write("info", 'hi "there"\nline 2', "console");
  log.write("warn", "w");
}

const open = (io: ReturnType<typeof fakeIo>, request: Partial<LogRequest>) =>
  openLogger(io, { ...plainRequest, ...request });

// Each as k6 2.2.0 writes it, but for what is meant for a person.
test.each<[name: string, request: Partial<LogRequest>, want: RegExp]>([
  ["for a person", {}, /^info: hi "there"\nline 2 source=console\nwarn: w\n$/],
  ["with -v", { isVerbose: true }, /^debug: fine\ninfo: hi/],
  ["raw", { logFormat: "raw" }, /^hi "there"\nline 2\nw\n$/],
  [
    "json",
    { logFormat: "json" },
    /^\{"level":"info","msg":"hi \\"there\\"\\nline 2","source":"console","time":"[-\d]+T[:\d]+Z"\}\n\{"level":"warning","msg":"w","time":/,
  ],
])("%s", (_name, request, want) => {
  const io = fakeIo();
  speak(open(io, request));
  expect(io.err.join("")).toMatch(want);
  const stdout = fakeIo();
  speak(open(stdout, { ...request, logOutput: "stdout" }));
  expect(stdout.out.join("")).toMatch(want);
  expect(stdout.err).toEqual([]);
});

test("nothing is said with none", () => {
  const io = fakeIo();
  speak(open(io, { logOutput: "none" }));
  expect([...io.err, ...io.out]).toEqual([]);
});

test("a file has k6's text, is appended to, and can leave out what is less bad", () => {
  using dir = folder();
  const path = join(dir.path, "log");
  const io = fakeIo();
  speak(open(io, { logOutput: `file=${path}` }));
  speak(open(io, { logOutput: `file=${path},level=warn` }));
  expect(readFileSync(path, "utf8").replaceAll(/time="[-\d]+T[:\d]+Z"/g, "time")).toBe(
    'time level=info msg="hi \\"there\\"\\nline 2" source=console\n' +
      "time level=warning msg=w\n".repeat(2),
  );
  expect(io.err).toEqual([]);
});

test.each([
  [
    "a flag",
    (path: string) => ({ layers: { configFile: {}, commandLine: { consoleOutput: path } } }),
  ],
  ["the environment", (path: string) => ({ settings: { K6_CONSOLE_OUTPUT: path } })],
])("what the script prints goes to the file that %s names, the rest does not", (_name, ask) => {
  using dir = folder();
  const path = join(dir.path, "console");
  const io = fakeIo();
  speak(open(io, { logFormat: "raw", ...ask(path) }));
  expect(readFileSync(path, "utf8")).toBe('hi "there"\nline 2\n');
  expect(io.err).toEqual(["w\n"]);
});

test("a full disk is told once", () => {
  const io = fakeIo();
  const log = open(io, { logOutput: "file=/dev/full" });
  speak(log);
  speak(log);
  expect(io.err).toEqual([
    'error: Cannot write the log to "/dev/full": the disk is full; no more is written\n',
  ]);
});

test.each([
  ["loki=http://x", 'Cannot log to "loki=http://x": write file=PATH and let a collector bring'],
  ["somewhere", 'Cannot log to "somewhere": give stderr, stdout, none, file=PATH or'],
  ["file=/tmp/x,level=loud", "file=PATH,level=warn"],
  ["file=/nowhere/at/all", 'Cannot write the log to "/nowhere/at/all": there is no such folder'],
])("%s is refused", (logOutput, message) => {
  const refused = () => open(fakeIo(), { logOutput });
  expect(refused).toThrow(RunError);
  expect(refused).toThrow(message);
});
