import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A place for a process with so much processor and memory at most. */
export interface Confinement extends Disposable {
  /** The command as it is to be started. */
  readonly wrap: (command: readonly string[]) => readonly string[];
  /** What holds, in words, for the report. */
  readonly description: string;
}

export interface ConfinementOptions {
  readonly cpus: number;
  readonly memoryMiB: number;
}

const HIERARCHY = "/sys/fs/cgroup";
const PERIOD_US = 100_000;

/**
 * A cgroup below the one that this process is in, so that what limits this one limits it, too.
 * Where none can be made, the process is as free as before, and the description says so.
 */
export function confine({ cpus, memoryMiB }: ConfinementOptions): Confinement {
  const own = ownGroups();
  const quota = cpus * PERIOD_US;
  const bytes = memoryMiB * 1_048_576;
  const limits: readonly (readonly Limit[])[] = [
    [
      { group: own.get("cpu"), root: "cpu", file: "cpu.cfs_quota_us", value: `${quota}` },
      {
        group: own.get("memory"),
        root: "memory",
        file: "memory.limit_in_bytes",
        value: `${bytes}`,
      },
    ],
    [
      { group: own.get(""), root: "", file: "cpu.max", value: `${quota} ${PERIOD_US}` },
      { group: own.get(""), root: "", file: "memory.max", value: `${bytes}` },
    ],
  ];
  const problems: string[] = [];
  for (const [index, each] of limits.entries()) {
    const made = tryMake(each);
    if (typeof made !== "string") {
      const version = `cgroup v${index + 1}`;
      return { ...made, description: `${version}: ${cpus} CPU, ${memoryMiB} MiB of memory` };
    }
    problems.push(made);
  }
  return {
    wrap: (command) => command,
    description: `one core by taskset, memory not limited: no cgroup could be made (${problems.join("; ")})`,
    [Symbol.dispose]: () => {},
  };
}

interface Limit {
  readonly group: string | undefined;
  readonly root: string;
  readonly file: string;
  readonly value: string;
}

/** By controller; that of version 2 has none. */
function ownGroups(): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  const lines = existsSync("/proc/self/cgroup") ? readFileSync("/proc/self/cgroup", "utf8") : "";
  for (const line of lines.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers?.split(",") ?? []) groups.set(controller, path ?? "/");
  }
  return groups;
}

/** Why not, if it cannot. */
function tryMake(limits: readonly Limit[]): Omit<Confinement, "description"> | string {
  const folders: string[] = [];
  const remove = (): void => {
    for (const folder of folders) tryRemove(folder);
  };
  try {
    for (const { group, root, file, value } of limits) {
      if (group === undefined) throw new Error(`there is no ${root || "cgroup v2"} group`);
      const folder = join(HIERARCHY, root, group, `breakwater-report-${process.pid}`);
      if (!folders.includes(folder)) {
        mkdirSync(folder);
        folders.push(folder);
      }
      writeFileSync(join(folder, file), value);
    }
  } catch (error) {
    remove();
    return error instanceof Error ? error.message.split(",")[0]! : String(error);
  }
  const enter = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(" && ");
  return {
    wrap: (command) => ["sh", "-c", `${enter} && exec "$@"`, "sh", ...command],
    [Symbol.dispose]: remove,
  };
}

/** Fails while a process is in it; then it is empty and harmless. */
function tryRemove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    console.error(`Cannot remove ${folder}: something is still in it`);
  }
}
