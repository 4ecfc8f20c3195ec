import type { ObjectSet } from "./object-set.ts";
import { type GetTarget, getOperation } from "./operations.ts";
import { payloadCrc32 } from "./payload.ts";
import type { DownloadMethod, DownloadPlan } from "./plan.ts";
import { prepareLarge, prepareObjects } from "./prepare.ts";
import type { StorageRun } from "./storage-run.ts";

/** Each method in turn, of the same amount of data where that was uploaded first. */
export async function runDownload(plan: DownloadPlan, run: StorageRun): Promise<void> {
  const found = await findSource(plan, run);
  if (run.failure !== undefined) return;
  let large: LargeObject | undefined;
  for (const method of plan.methods) {
    if (method === "objects") {
      const targets = found?.map(toTarget) ?? (await uploadedObjects(plan, run));
      await downloadObjects(plan, run, targets);
    } else {
      large ??= found?.[0] ?? (await uploadedLarge(plan, run));
      await byMethod[method](plan, run, large);
    }
  }
}

/** What there was before, or was uploaded for the test. */
interface LargeObject {
  readonly key: string;
  readonly bytes: number;
  readonly set?: ObjectSet;
}

/** What is there and how long it is; undefined when it is to be uploaded. */
async function findSource(
  { source, count }: DownloadPlan,
  run: StorageRun,
): Promise<readonly LargeObject[] | undefined> {
  if (source.kind === "prepared") return undefined;
  const found: LargeObject[] = [];
  await run.ask(async (options) => {
    if (source.kind === "keys") {
      for (const key of source.keys) {
        const info = await run.store.head(key, options);
        if (info !== undefined) found.push({ key, bytes: info.bytes });
        else run.fail(noSuchKey(`The store has no object ${JSON.stringify(key)}`));
      }
      return;
    }
    for await (const { key, bytes } of run.store.listAll({ prefix: source.prefix, ...options })) {
      if (bytes > 0) found.push({ key, bytes });
      if (found.length === count) break;
    }
  });
  if (found.length === 0) run.fail(noSuchKey("The store has no object there to download"));
  return found;
}

const noSuchKey = (message: string) => ({ code: "no_such_key", message, detail: undefined });

const toTarget = ({ key }: LargeObject): GetTarget => ({ kind: "get", key, expected: undefined });

async function uploadedObjects(
  { count, objectBytes: bytes, concurrency }: DownloadPlan,
  run: StorageRun,
): Promise<readonly GetTarget[]> {
  const set = await prepareObjects(run, { count, bytes, concurrency });
  return Array.from({ length: count }, (_, index) => ({
    kind: "get",
    key: set.key(index),
    expected: { crc: set.crc(index), bytes },
  }));
}

async function uploadedLarge(
  { count, objectBytes, concurrency }: DownloadPlan,
  run: StorageRun,
): Promise<LargeObject> {
  const set = await prepareLarge(run, { bytes: count * objectBytes, concurrency });
  return { key: set.key(0), bytes: set.bytes, set };
}

async function downloadObjects(
  { count, objectBytes, concurrency, ending, warmupMs, source }: DownloadPlan,
  run: StorageRun,
  targets: readonly GetTarget[],
): Promise<void> {
  if (run.failure !== undefined) return;
  const isPrepared = source.kind === "prepared";
  await run.measure({
    ...{ name: "download objects", stage: "measuring", kinds: ["get"], partBytes: undefined },
    ...{ concurrency, ending, warmupMs, objectBytes: isPrepared ? objectBytes : 0 },
    operations: isPrepared ? count : targets.length,
    totalBytes: isPrepared ? count * objectBytes : undefined,
    next: (index) => getOperation(run.store, targets[index % targets.length]!),
  });
}

type DownloadLarge = (plan: DownloadPlan, run: StorageRun, large: LargeObject) => Promise<void>;

const byMethod: Readonly<Record<Exclude<DownloadMethod, "objects">, DownloadLarge>> = {
  ranges: async ({ partBytes, concurrency, ending, warmupMs }, run, { key, bytes, set }) => {
    if (run.failure !== undefined) return;
    const ranges = Math.ceil(bytes / partBytes);
    const targets = Array.from({ length: ranges }, (_, index): GetTarget => {
      const first = index * partBytes;
      const length = Math.min(partBytes, bytes - first);
      const crc = set && payloadCrc32({ seed: set.seed(0), first, bytes: length });
      return {
        ...{ kind: "range", key, range: { first, last: first + length - 1 } },
        expected: crc === undefined ? undefined : { crc, bytes: length },
      };
    });
    await run.measure({
      ...{ name: "download ranges", stage: "measuring", kinds: ["range"], objectBytes: bytes },
      ...{ partBytes, concurrency, ending, warmupMs, operations: ranges, totalBytes: bytes },
      next: (index) => getOperation(run.store, targets[index % ranges]!),
    });
  },

  single: async ({ ending, warmupMs }, run, { key, bytes, set }) => {
    if (run.failure !== undefined) return;
    const crc = set && payloadCrc32({ seed: set.seed(0), bytes });
    const expected = crc === undefined ? undefined : { crc, bytes };
    await run.measure({
      ...{ name: "download single", stage: "measuring", kinds: ["get"], partBytes: undefined },
      ...{ concurrency: 1, objectBytes: bytes, ending, warmupMs, operations: 1, totalBytes: bytes },
      next: () => getOperation(run.store, { kind: "get", key, expected }),
    });
  },
};
