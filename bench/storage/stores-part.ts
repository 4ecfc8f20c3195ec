import { megabytes, table, verdict } from "../parts/part.ts";
import { medianOf, medianRatio } from "../parts/turns.ts";
import {
  measureStores,
  methods,
  runName,
  type StoreResult,
  type StoreRun,
  sizes,
} from "./measure-stores.ts";
import type { PartOptions, StoragePart } from "./storage-part.ts";
import { bwS3, findMinio, hasCommand, type Medium, type Store } from "./stores.ts";

/** `bw s3` against MinIO. */
export const storesPart: StoragePart = {
  name: "s3",
  title: "`bw s3` and MinIO",
  async measure(options) {
    const minio = findMinio();
    const ours = hasCommand("s3");
    if (minio === undefined) return ["MinIO is not on this machine: not measured."];
    const stores = (others: readonly Store[]): readonly Store[] =>
      ours ? [bwS3("object"), minio, ...others] : [minio];
    const missing = ours ? [] : ["This `bw` has no command `s3`: MinIO alone.", ""];
    return [
      ...missing,
      ...(await chapter(stores([bwS3("none"), bwS3("strict")]), "disk", options)),
      "",
      ...(await chapter(stores([]), "memory", options)),
    ];
  },
};

const mediumNames: Readonly<Record<Medium, string>> = {
  disk: "On disk",
  memory: "In memory (tmpfs), where syncing costs nothing",
};

async function chapter(
  stores: readonly Store[],
  medium: Medium,
  options: PartOptions,
): Promise<readonly string[]> {
  const result = await measureStores(stores, medium, options);
  return [
    `### ${mediumNames[medium]}`,
    "",
    ...stores.map(({ name, durability }) => `- ${name}: ${durability}`),
    "",
    ...table(
      ["", ...stores.flatMap(({ name }) => [`${name}, /s`, "MB/s"]), "first over second", "≥ 1.0"],
      sizes.flatMap((size) => methods.map((method) => row(result, runName(method, size.name)))),
    ),
    "",
    ...table(
      ["p50, p99 in ms; processor per operation", ...stores.map(({ name }) => name)],
      sizes.flatMap((size) => methods.map((method) => detail(result, runName(method, size.name)))),
    ),
    "",
    ...doubts(result),
  ];
}

/** Runs of one store, by round. */
function runsOf({ turns }: StoreResult, store: number, name: string): readonly StoreRun[] {
  return (turns[store] ?? []).flatMap(({ runs }) => runs.get(name) ?? []);
}

const rateOf = ({ operations, seconds }: StoreRun): number => operations / seconds;

function row(result: StoreResult, name: string): readonly string[] {
  const figures = result.stores.flatMap((_, store) => {
    const runs = runsOf(result, store, name);
    const bytesPerSecond = medianOf(runs, ({ bytes, seconds }) => bytes / seconds);
    return [medianOf(runs, rateOf).toFixed(0), megabytes(bytesPerSecond)];
  });
  const ratio = medianRatio(runsOf(result, 0, name), runsOf(result, 1, name), rateOf);
  return [name, ...figures, ratio.toFixed(2), verdict(ratio, 1)];
}

function detail(result: StoreResult, name: string): readonly string[] {
  const cells = result.stores.map((_, store) => {
    const runs = runsOf(result, store, name);
    const figure = (of: (run: StoreRun) => number, digits: number): string =>
      medianOf(runs, of).toFixed(digits);
    return [
      figure(({ p50Ms }) => p50Ms, 2),
      figure(({ p99Ms }) => p99Ms, 2),
      `${figure(({ cpuPerOperationMs }) => cpuPerOperationMs, 3)} ms`,
    ].join(", ");
  });
  return [name, ...cells];
}

/** Failures, and runs in which the client was as busy as the store. */
function doubts(result: StoreResult): readonly string[] {
  const lines = result.stores.flatMap(({ name }, store) =>
    (result.turns[store] ?? []).flatMap(({ runs }, round) =>
      [...runs].flatMap(([run, { failures, firstFailure, cpuShare }]) => {
        const who = `${name}, ${run}, round ${round + 1}`;
        const failed = failures > 0 ? [`${who}: ${failures} failed, first ${firstFailure}`] : [];
        const busy = `${who}: the client used ${(cpuShare * 100).toFixed(0)} % of its core`;
        return [...failed, ...(cpuShare > 0.9 ? [busy] : [])];
      }),
    ),
  );
  const rss = result.stores.map(({ name }, store) => {
    const peak = medianOf(result.turns[store] ?? [], ({ peakRssMb }) => peakRssMb);
    return `${name} ${peak.toFixed(0)} MB`;
  });
  return [`Most memory: ${rss.join(", ")}.`, ...lines.map((line) => `- ${line}`)];
}
