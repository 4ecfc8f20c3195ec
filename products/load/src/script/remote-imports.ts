import { dirname, join } from "node:path";
import type { LoadRemote } from "@breakwater/script-host";
import type { LoadIo } from "../io.ts";
import { remoteModules } from "./remote-modules.ts";

/** What a script imports by URL: kept for all scripts, and locked beside this one. */
export function remoteImports(
  path: string,
  io: Pick<LoadIo, "cacheFolder">,
  onLog: (level: "warn", line: string) => void,
): LoadRemote {
  const modules = remoteModules({
    cacheFolder: join(io.cacheFolder, "modules"),
    lockPath: join(dirname(path), "bw-lock.json"),
    fetch,
    warn: (line) => onLog("warn", line),
  });
  return (url) => modules.open(url);
}
