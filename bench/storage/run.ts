import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { writePage } from "../parts/run-parts.ts";
import { describeMachine } from "../results.ts";
import { fileServicePart } from "./file-service-part.ts";
import { memoryPart } from "./memory-part.ts";
import { networkPart } from "./network-part.ts";
import type { PartOptions } from "./storage-part.ts";
import { findMinio, findProgram, media } from "./stores.ts";
import { storesPart } from "./stores-part.ts";
import { toolsPart } from "./tools-part.ts";

const parts = [storesPart, toolsPart, memoryPart, networkPart, fileServicePart];

const usage = `Measures bw s3, bw storage and bw files beside their peers (some 15 minutes)

  npm run bench:storage -- [options]

  --only NAME,NAME   of ${parts.map(({ name }) => name).join(", ")}
  --quick            one short round, small objects: to see that it works
  --help             this text

Peers are looked for in $BREAKWATER_PEERS/bin, /tmp/peers/bin and PATH: minio, rclone, aws and
file-service; what is missing is said. All of it at full length goes into bench/STORAGE.md.`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const { signal } = stopped;
  const { only, quick: isQuick } = values;
  const options: PartOptions = isQuick
    ? { rounds: 1, seconds: 1, objectBytes: 2 ** 26, signal }
    : { rounds: 5, seconds: 2, objectBytes: 2 ** 30, signal };
  try {
    await writePage({ file: "STORAGE.md", parts, only, isQuick, options, heading });
  } finally {
    for (const folder of Object.values(media)) rmSync(folder, { recursive: true, force: true });
  }
}

function heading(): string {
  const { processor, cores, kernel, bun, loadBefore } = describeMachine();
  const command = ["npm run bench:storage", ...process.argv.slice(2)].join(" ");
  return [
    "# Object storage, measured",
    "",
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${processor}, ${cores} cores, Linux ${kernel},`,
    `Bun ${bun}; ${loadBefore.toFixed(1)} processes were running when it began. MB are 1,000,000 bytes. What is measured has core`,
    "0, what asks it core 1, unless it says otherwise. Ratios are the medians of the rounds' ratios.",
    "",
    ...peerLines(),
    "",
  ].join("\n");
}

function peerLines(): readonly string[] {
  const minio = findMinio() === undefined ? undefined : findProgram("minio");
  if (minio === undefined) return ["MinIO is not on this machine."];
  const { stdout } = Bun.spawnSync([minio, "--version"]);
  const [version = "", runtime = ""] = stdout.toString().split("\n");
  return [`MinIO: ${version.replace("minio version ", "")}, ${runtime.replace("Runtime: ", "")}.`];
}
