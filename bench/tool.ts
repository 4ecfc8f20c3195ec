import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Everything a bench may need on this machine. `bench/peers.sh` installs all but `bw`. */
export type ToolName = keyof typeof tools;

/** How each is asked for its version; `PATH` stands for where it was found. */
const tools = {
  bw: ["git", "describe", "--always", "--dirty"],
  wrk: ["PATH", "-v"],
  k6: ["PATH", "version"],
  autocannon: ["PATH", "--version"],
  oha: ["PATH", "--version"],
  hey: ["go", "version", "-m", "PATH"],
  ab: ["PATH", "-V"],
  h2load: ["PATH", "--version"],
  fasthttp_hpdummy_server: ["go", "version", "-m", "PATH"],
  /** bench/clients, run by Bun. */
  client: ["PATH", "--version"],
  vegeta: ["PATH", "-version"],
  nginx: ["PATH", "-v"],
  openssl: ["PATH", "version"],
} as const;

export const toolNames = Object.keys(tools) as readonly ToolName[];

/** The project's folder; every command runs in it. */
export const root: string = join(import.meta.dirname, "..");

/** What the benches write and may lose: outside git. */
export const workFolder: string = join(import.meta.dirname, ".work");

/**
 * The command that starts a tool, or undefined where it is not installed.
 *
 * `bw` is run without its launcher: that is a second process, whose memory is not the engine's.
 */
export function findTool(name: ToolName, bwPath: string): readonly string[] | undefined {
  if (name === "bw") {
    // The options are the launcher's own.
    const command = [process.execPath, "--no-env-file", "--no-install", bwPath];
    return existsSync(bwPath) ? command : undefined;
  }
  if (name === "client") return [process.execPath];
  const path = searchFolders()
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : [path];
}

function searchFolders(): readonly string[] {
  return [
    join(workFolder, "node_modules/.bin"),
    join(process.env.BREAKWATER_PEERS ?? "/opt/breakwater-peers", "bin"),
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin", // Where Debian keeps nginx; not on every user's PATH.
  ];
}

/** The version that a tool says it has, or "unknown version". */
export function versionOf(name: ToolName, path: string): string {
  const command = tools[name].map((part) => (part === "PATH" ? path : part));
  try {
    const { stdout, stderr } = Bun.spawnSync(command, { cwd: root, timeout: 10_000 });
    return readVersion(name, `${stdout}\n${stderr}`);
  } catch {
    return "unknown version";
  }
}

/** A tool's own words, without its name, copyright and usage. */
export function readVersion(name: ToolName, output: string): string {
  if (name === "bw") return output.trim();
  return (
    /v?(\d+\.\d+(?:\.\d+)?(?:[-+]\w[\w.+-]*)?)/.exec(withoutGo(output))?.[1] ?? "unknown version"
  );
}

/** `go version -m` names the version of Go before that of the module. */
function withoutGo(output: string): string {
  return /\tmod\t\S+\t(?<version>\S+)/.exec(output)?.groups?.version ?? output;
}
