import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BenchError } from "../bench-error.ts";
import { describeMachine } from "../results.ts";
import { root, workFolder } from "../tool.ts";
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
  const names = values.only?.split(",");
  const chosen = parts.filter(({ name }) => names?.includes(name) ?? true);
  if (chosen.length !== (names?.length ?? parts.length)) {
    const known = parts.map(({ name }) => name).join(", ");
    throw new BenchError("bad_argument", `There is no part "${values.only}": use ${known}`);
  }
  const options: PartOptions = values.quick
    ? { rounds: 1, seconds: 1, objectBytes: 2 ** 26, signal: stopped.signal }
    : { rounds: 5, seconds: 2, objectBytes: 2 ** 30, signal: stopped.signal };
  mkdirSync(workFolder, { recursive: true });
  const chapters: string[] = [];
  try {
    for (const { title, measure } of chosen) {
      chapters.push([`## ${title}`, "", ...(await measure(options)), ""].join("\n"));
    }
  } finally {
    for (const folder of Object.values(media)) rmSync(folder, { recursive: true, force: true });
  }
  const page = [heading(), ...chapters].join("\n");
  const isWhole = names === undefined && !values.quick;
  await Bun.write(join(isWhole ? join(root, "bench") : workFolder, "STORAGE.md"), page);
  console.log(page);
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
