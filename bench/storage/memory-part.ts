import { SERVER_CORE } from "../bench-server.ts";
import { megabytes, table, verdict } from "../parts/part.ts";
import { runStorage } from "./storage-command.ts";
import type { StoragePart } from "./storage-part.ts";
import { hasCommand, startStore } from "./stores.ts";
import { quickStore } from "./tools-part.ts";

/** As the seed sent it. */
const PARTS = 10;

/** How much memory the speed test needs: the seed's needed 8 GB. */
export const memoryPart: StoragePart = {
  name: "memory",
  title: "Memory of `bw storage upload`",
  async measure({ objectBytes, signal }) {
    const store = quickStore();
    if (store === undefined || !hasCommand("storage")) {
      return ["Either `bw storage` or a store is missing: not measured."];
    }
    await using running = await startStore(store, { medium: "memory", core: SERVER_CORE, signal });
    const rows: string[][] = [];
    const size = Math.ceil(objectBytes / PARTS);
    for (const method of ["objects", "multipart", "single"]) {
      const flags = ["--method", method, "--count", `${PARTS}`, "--size", `${size}B`];
      const run = await runStorage(["upload", ...flags, "--concurrency", "5"], {
        ...{ url: running.url, signal },
      });
      const speed = run.report.phases[0]?.mbPerSecond ?? Number.NaN;
      const isReached = verdict(200 / run.peakRssMb, 1);
      rows.push([
        `${method}, ${PARTS} × ${megabytes(size)} MB`,
        run.peakRssMb.toFixed(0),
        speed.toFixed(0),
        method === "single" ? "" : isReached,
      ]);
    }
    return [
      `Most resident memory (VmHWM) of the process, five requests at once, against ${store.name}.`,
      "The seed's process held the object in memory: it crashed with 4 GB and was given 8 GB.",
      "",
      ...table(["upload", "MB of memory", "MB/s", "≤ 200 MB"], rows),
    ];
  },
};
