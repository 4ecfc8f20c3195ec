import { spawnSync } from "node:child_process";
import { tryRead } from "./try-read.ts";

/**
 * How many files and sockets this process may have open (the soft RLIMIT_NOFILE, which Bun raises
 * to the hard one as it starts); `Infinity` for no limit, `undefined` where there is no telling.
 */
export function openFileLimit(): number | undefined {
  const limits = tryRead("/proc/self/limits");
  if (limits !== undefined) return parseLimit(/^Max open files +(\S+)/m.exec(limits)?.[1]);
  // Elsewhere a child tells: it inherits the limit.
  const shell = spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8", timeout: 5000 });
  return parseLimit(shell.stdout?.trim());
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === "unlimited") return Number.POSITIVE_INFINITY;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
