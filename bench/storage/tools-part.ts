import { rmSync } from "node:fs";
import { SERVER_CORE } from "../bench-server.ts";
import { megabytes, table, verdict } from "../parts/part.ts";
import { medianOf, medianRatio, takeTurns } from "../parts/turns.ts";
import type { PartOptions, StoragePart } from "./storage-part.ts";
import {
  ACCESS_KEY,
  BUCKET,
  bwS3,
  findMinio,
  hasCommand,
  media,
  SECRET_KEY,
  type Store,
  startStore,
} from "./stores.ts";
import {
  bwStorage,
  findTransferTools,
  sourcePath,
  type Transfer,
  type TransferJob,
  type TransferTool,
  writeSource,
} from "./transfer-tools.ts";

/** `bw storage` against rclone and the aws command, moving one large object. */
export const toolsPart: StoragePart = {
  name: "tools",
  title: "`bw storage`, rclone and aws: one large object up and down",
  async measure(options) {
    const store = quickStore();
    if (store === undefined) return ["There is no store to measure against: not measured."];
    const { tools: peers, missing } = await findTransferTools();
    const tools = hasCommand("storage") ? [bwStorage(), ...peers] : peers;
    if (tools.length === 0) return ["None of the tools is on this machine: not measured."];
    try {
      return [
        ...missing.map((name) => `${name} is not on this machine.`),
        "warp is not compared: its modules are not to be had at the proxy that this machine uses.",
        "",
        ...(await compare(tools, store, options)),
      ];
    } finally {
      rmSync(media.memory, { recursive: true, force: true });
    }
  },
};

/** The fastest store that there is, so that the tools are what is measured. */
export function quickStore(): Store | undefined {
  return hasCommand("s3") ? bwS3("none") : findMinio();
}

async function compare(
  tools: readonly TransferTool[],
  store: Store,
  { rounds, objectBytes, signal }: PartOptions,
): Promise<readonly string[]> {
  // Thirty times, and aws takes its time.
  const bytes = objectBytes / 2;
  await using running = await startStore(store, { medium: "memory", core: SERVER_CORE, signal });
  const job = { url: running.url, bytes, signal };
  await writeSource(bytes);
  await putLarge(job);
  const up = await takeTurns(
    tools.map((tool) => () => said(tool.name, "up", tool.up(job))),
    rounds,
  );
  const down = await takeTurns(
    tools.map((tool) => () => said(tool.name, "down", tool.down(job))),
    rounds,
  );
  return [
    `Against ${store.name} in memory on core 0, the tool on core 1; ${megabytes(bytes)} MB, medians of ${rounds} rounds in turns.`,
    "The time is that of the whole command, its start included. rclone and aws read and write files in",
    "memory; `bw storage` makes what it sends, and checks what it gets where it has sent it itself.",
    "",
    ...chapter("Up", tools, up),
    "",
    ...chapter("Down", tools, down),
    "",
    ...tools.flatMap(({ name, version, upCommand, downCommand }) => [
      `- ${name} (${version}): \`${upCommand}\`; \`${downCommand}\``,
    ]),
  ];
}

async function said(name: string, way: string, running: Promise<Transfer>): Promise<Transfer> {
  const transfer = await running;
  const rate = megabytes(transfer.bytes / transfer.seconds);
  const perCpu = megabytes(transfer.bytes / transfer.cpuSeconds);
  console.error(`${name} ${way}: ${rate} MB/s, ${perCpu} MB per processor second`);
  return transfer;
}

function chapter(
  way: string,
  tools: readonly TransferTool[],
  turns: readonly (readonly Transfer[])[],
): readonly string[] {
  const speed = ({ bytes, seconds }: Transfer): number => bytes / seconds;
  const perCpu = ({ bytes, cpuSeconds }: Transfer): number => bytes / cpuSeconds;
  const rows = tools.map(({ name }, index) => {
    const own = turns[index] ?? [];
    return [
      name,
      megabytes(medianOf(own, speed)),
      megabytes(medianOf(own, perCpu)),
      medianOf(own, ({ peakRssMb }) => peakRssMb).toFixed(0),
    ];
  });
  const ratios = turns.slice(1).map((theirs) => medianRatio(turns[0] ?? [], theirs, speed));
  const lowest = ratios.length === 0 ? Number.NaN : Math.min(...ratios);
  return [
    ...table([way, "MB/s", "MB per processor second", "memory, MB"], rows),
    ...(tools[0]?.name === "bw storage"
      ? [
          "",
          `Over the best of the others: ${lowest.toFixed(2)} (to reach: ≥ 1.0; ${verdict(lowest, 1)}).`,
        ]
      : []),
  ];
}

/** The object that all download. */
async function putLarge({ url }: TransferJob): Promise<void> {
  const client = new Bun.S3Client({
    ...{ endpoint: url, bucket: BUCKET, region: "us-east-1" },
    ...{ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  });
  await client.write("large.bin", Bun.file(sourcePath));
}
