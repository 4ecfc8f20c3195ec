import { bw, type Ended } from "./bw.ts";
import { type Exported, readExported } from "./results.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

export interface ScriptOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Beside the script, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly answer?: () => Response;
}

export interface ScriptRun extends Exported {
  readonly run: Ended;
  /** What was asked of the server that __ENV.TARGET names, in order. */
  readonly paths: readonly string[];
}

/** Runs a script, called script.ts, against a server of its own to its end. */
export async function runScript(source: string, options: ScriptOptions = {}): Promise<ScriptRun> {
  const { args = [], env = {}, files = {}, cwd, answer } = options;
  using server = target(answer);
  using folder = scratch();
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  const script = folder.write("script.ts", source);
  const summary = folder.at("summary.json");
  const all = ["run", script, "-e", `TARGET=${server.url}`, "--summary-export", summary, ...args];
  const run = await bw(all, { env: { ...env, TARGET: server.url }, ...(cwd && { cwd }) });
  return { run, paths: server.paths, ...(await readExported(summary)) };
}
