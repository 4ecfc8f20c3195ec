import { SERVER_CORE } from "../bench-server.ts";
import { startAnswering } from "../parts/answering-process.ts";
import { table, verdict } from "../parts/part.ts";
import { medianOf, medianRatio, takeTurns } from "../parts/turns.ts";
import { runStorage } from "./storage-command.ts";
import type { StoragePart } from "./storage-part.ts";
import { bw, hasCommand, startStore } from "./stores.ts";
import { quickStore } from "./tools-part.ts";

const MB_PER_CONNECTION = 45;
const ONE_WAY_MS = 15;
/** As the seed sent it. */
const PARTS = 10;

/** What more connections bring where each is limited, as between continents. */
export const networkPart: StoragePart = {
  name: "network",
  title: "Concurrent and single upload through a slow network",
  async measure({ rounds, objectBytes, signal }) {
    const store = quickStore();
    if (store === undefined || !hasCommand("storage")) {
      return ["Either `bw storage` or a store is missing: not measured."];
    }
    await using running = await startStore(store, { medium: "memory", core: SERVER_CORE, signal });
    const upstream = new URL(running.url).host;
    await using proxy = await startAnswering({
      toCommand: (port) => [
        ...[...bw, "proxy", "--listen", `127.0.0.1:${port}`, "--upstream", upstream],
        ...["--bandwidth", `${MB_PER_CONNECTION}MB/s`, "--latency", `${ONE_WAY_MS}ms`],
        ...["--control", "off"],
      ],
      ...{ core: SERVER_CORE, signal },
    });
    const upload = (method: string) => async (): Promise<number> => {
      const size = `${Math.ceil(objectBytes / PARTS)}B`;
      const flags = ["--method", method, "--count", `${PARTS}`, "--size", size];
      const { report } = await runStorage(["upload", ...flags, "--concurrency", "5"], {
        ...{ url: proxy.url, signal },
      });
      const speed = report.phases[0]?.mbPerSecond ?? Number.NaN;
      console.error(`${method} through ${MB_PER_CONNECTION} MB/s a connection: ${speed} MB/s`);
      return speed;
    };
    const names = ["10 objects, 5 at a time", "one object in parts, 5 at a time", "one PUT"];
    const turns = await takeTurns(
      [upload("objects"), upload("multipart"), upload("single")],
      Math.min(rounds, 3),
    );
    const itself = (speed: number): number => speed;
    const rows = names.map((name, index) => {
      const ratio = medianRatio(turns[index]!, turns[2]!, itself);
      const cells = [name, medianOf(turns[index]!, itself).toFixed(1), ratio.toFixed(2)];
      return [
        ...cells,
        index === 2 ? "" : verdict(ratio, 2.15),
        index === 2 ? "" : verdict(ratio, 4),
      ];
    });
    return [
      `Through \`bw proxy --bandwidth ${MB_PER_CONNECTION}MB/s --latency ${ONE_WAY_MS}ms\` (30 ms there and back), which holds for each connection;`,
      `${(objectBytes / 1e6).toFixed(0)} MB each time. The seed: 90.20 MB/s concurrent, 41.86 MB/s single, 2.15 ×.`,
      "",
      ...table(["upload", "MB/s", "of the single", "≥ 2.15", "≥ 4 (aim)"], rows),
    ];
  },
};
