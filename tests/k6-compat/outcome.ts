import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { StandIn } from "./stand-in/stand-in.ts";

/** What a run says and counts that does not depend on how fast it was. */
export interface Outcome {
  readonly exitCode: number;
  /** What the script printed: level and text, in order. */
  readonly console: readonly string[];
  /** Where in the script the errors are that the tool logged: file and line. */
  readonly places: readonly string[];
  /** Of each metric what must be equal: a counter's count, a rate's passes and fails. */
  readonly metrics: Readonly<Record<string, string>>;
  /** What the run left in its working folder, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Only for scripts that say `// compared: stdout`. */
  readonly stdout?: string;
}

/** Depend on the moment, or on how a tool writes its requests. */
const unequal = new Set(["vus", "vus_max", "data_sent", "data_received"]);

/** A script that hangs must not outlive the test. */
const MAX_RUN_MS = 25_000;

/** Where the exported summary goes; in the working folder, as all that a run writes. */
const SUMMARY = "summary-export.json";

/**
 * Runs a script by a command that takes k6's arguments: ours, or k6 itself when outcomes are
 * recorded.
 */
export async function outcomeOf(
  command: readonly string[],
  script: string,
  standIn: StandIn,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "k6-compat-"));
  try {
    const { args, env, compared } = await readDirectives(script);
    const fixed = ["--log-format", "json", "--quiet", "--no-color", "--summary-export", SUMMARY];
    const child = Bun.spawn([...command, "run", ...fixed, ...args, script], {
      cwd: folder,
      env: { ...process.env, ...addresses(standIn), K6_NO_USAGE_REPORT: "true", ...env },
      stdout: "pipe",
      stderr: "pipe",
      timeout: MAX_RUN_MS,
      killSignal: "SIGKILL",
    });
    const [stdout, log] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const exitCode = await child.exited;
    const lines = parseLog(log);
    const { [SUMMARY]: summary, ...files } = await readFiles(folder);
    return {
      exitCode,
      console: consoleLines(lines, standIn),
      places: lines
        .filter(isOwnError)
        .map(({ msg }) => placeIn(msg))
        .filter((place) => place !== ""),
      metrics: summary ? toMetrics(JSON.parse(masked(summary, standIn))) : {},
      files,
      ...(compared.includes("stdout") && { stdout }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Directives {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly compared: readonly string[];
}

/**
 * A script's first lines may say how it is to be run: `// k6: --vus 2`, `// env: K6_VUS=2`. In both
 * HERE is the script's own folder.
 */
async function readDirectives(script: string): Promise<Directives> {
  const words: Record<string, string[]> = { k6: [], env: [], compared: [] };
  for (const line of (await Bun.file(script).text()).split("\n")) {
    const [, key = "", text = ""] = /^\/\/ (\w+): (.+)$/.exec(line) ?? [];
    if (!(key in words)) break;
    words[key]?.push(...text.replaceAll("HERE", dirname(script)).split(" "));
  }
  const { k6: args = [], env = [], compared = [] } = words;
  const pairs = env.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]);
  return { args, env: Object.fromEntries(pairs), compared };
}

function addresses({ http, https, ws, httpPort, httpsPort }: StandIn): Record<string, string> {
  return {
    HTTP: http,
    HTTPS: https,
    WS: ws,
    HTTP_PORT: String(httpPort),
    HTTPS_PORT: String(httpsPort),
  };
}

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly source?: string;
}

function parseLog(log: string): LogLine[] {
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as LogLine);
}

function consoleLines(lines: readonly LogLine[], standIn: StandIn): string[] {
  return lines
    .filter(({ source }) => source === "console")
    .map(({ level, msg }) => masked(`${level} ${msg}`, standIn));
}

/** Without what differs from run to run. */
function masked(text: string, { httpPort, httpsPort }: StandIn): string {
  return text.replaceAll(`:${httpPort}`, ":HTTP").replaceAll(`:${httpsPort}`, ":HTTPS");
}

function isOwnError({ level, source }: LogLine): boolean {
  return level === "error" && source !== "console";
}

/** The innermost place of a stack, or the one that a message names. */
function placeIn(message: string): string {
  const [, path = "", line = ""] = /([^\s"'(]+\.(?:js|ts|es|json)):(\d+)/.exec(message) ?? [];
  return line === "" ? "" : `${basename(path)}:${line}`;
}

async function readFiles(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const paths = names.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const texts = paths.map(async (path) => {
    const text = (await Bun.file(path).text()).replaceAll(/"time":"[^"]+"/g, '"time":"TIME"');
    return [path.slice(folder.length + 1), text] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

type Exported = { readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>> };

function toMetrics({ metrics }: Exported): Record<string, string> {
  const kept = Object.entries(metrics).filter(([name]) => !unequal.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, toText(name, values)]).sort());
}

function toText(name: string, values: Readonly<Record<string, number>>): string {
  if ("passes" in values)
    return `${values.passes} of ${(values.passes ?? 0) + (values.fails ?? 0)}`;
  if ("count" in values && "rate" in values) return `${values.count}`;
  if ("value" in values) return `${values.min} to ${values.max}, last ${values.value}`;
  // Percentiles of ours are within a bound; a script's own metrics do not depend on the machine.
  return name.startsWith("my_") ? `${values.min} to ${values.max} by ${values.avg}` : "times";
}
