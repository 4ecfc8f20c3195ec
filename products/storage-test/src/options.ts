import { parseBytes, parseDuration, UnitError } from "@breakwater/units";
import type { Fields, PlanFlagName } from "./flags.ts";
import {
  DEFAULT_PREFIX,
  type DownloadMethod,
  type DownloadPlan,
  type DownloadSource,
  type Ending,
  type LoadPlan,
  MAX_PARTS,
  MAX_PHASE_MS,
  MAX_PUT_BYTES,
  MIN_PART_BYTES,
  type MixedPlan,
  type MixedWeights,
  type StoragePlan,
  type StorageTestName,
  type SweepPlan,
  type UploadMethod,
  type UploadPlan,
} from "./plan.ts";
import { lowestTerms } from "./run-mixed.ts";
import { MAX_SWEEP_CONCURRENCY } from "./storage-run.ts";
import { StorageTestError } from "./storage-test-error.ts";

/** The plan of a test. Throws StorageTestError with a sentence about what does not fit. */
export function parsePlan<Name extends StorageTestName>(
  test: Name,
  fields: Fields,
): Extract<StoragePlan, { readonly test: Name }> {
  try {
    return parsers[test](fields) as Extract<StoragePlan, { readonly test: Name }>;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new StorageTestError("bad_option", error.message, { cause: error });
  }
}

const parsers: Readonly<Record<StorageTestName, (fields: Fields) => StoragePlan>> = {
  upload: parseUpload,
  download: parseDownload,
  stat: (fields) => ({ test: "stat", ...parseLoad(fields, small) }),
  list: (fields) => ({
    test: "list",
    ...parseLoad(fields, { ...small, duration: "10s" }),
    maxKeys: whole(fields, "max-keys", { otherwise: 1000, max: 1000 }),
  }),
  delete: (fields) => ({
    test: "delete",
    ...parseLoad(fields, small),
    batch: whole(fields, "batch", { otherwise: 1, max: 1000 }),
  }),
  mixed: parseMixed,
  sweep: parseSweep,
};

interface LoadDefaults {
  readonly size: string;
  readonly count: number;
  readonly concurrency: number;
  readonly duration?: string;
}

/** 10 × 100 MB, five at a time: 1 GB. */
const large: LoadDefaults = { size: "100MB", count: 10, concurrency: 5 };
const small: LoadDefaults = { size: "1KB", count: 1000, concurrency: 20 };

function parseLoad(fields: Fields, defaults: LoadDefaults): Omit<LoadPlan, "test"> {
  return {
    prefix: parsePrefix(text(fields, "prefix") ?? DEFAULT_PREFIX),
    keepsObjects: fields.keep === true,
    objectBytes: bytes(fields, "size", { otherwise: defaults.size, max: MAX_PUT_BYTES }),
    count: whole(fields, "count", { otherwise: defaults.count, max: 1_000_000 }),
    concurrency: whole(fields, "concurrency", { otherwise: defaults.concurrency, max: 4096 }),
    ending: parseEnding(fields, defaults.duration),
    warmupMs: duration(fields, "warmup", "0s"),
  };
}

function parseUpload(fields: Fields): UploadPlan {
  const load = parseLoad(fields, large);
  const isTimed = load.ending.until !== "count";
  const methods = parseMethods<UploadMethod>(fields, {
    known: ["objects", "multipart", "single"],
    otherwise: isTimed ? ["objects"] : ["objects", "single"],
  });
  const partBytes = parsePartBytes(fields, load);
  const total = load.count * load.objectBytes;
  if (methods.includes("single") && total > MAX_PUT_BYTES) {
    throw bad(
      `Cannot upload ${total} bytes with one PUT, which takes 5 GiB: give a smaller --count or --size, or --method objects`,
    );
  }
  if (methods.includes("multipart")) checkParts({ total, partBytes });
  return { test: "upload", ...load, methods, partBytes };
}

function parseDownload(fields: Fields): DownloadPlan {
  const source = parseSource(fields);
  const load = parseLoad(fields, large);
  const methods = parseMethods<DownloadMethod>(fields, {
    known: ["objects", "ranges", "single"],
    otherwise: load.ending.until === "count" ? ["objects", "single"] : ["objects"],
  });
  const given = source.kind === "prepared" ? undefined : "size";
  if (given !== undefined && text(fields, given) !== undefined) {
    throw bad("Cannot use --size with --key or --from: the objects are as large as they are");
  }
  const partBytes = bytes(fields, "part-size", {
    otherwise: String(defaultPartBytes(load.objectBytes)),
    max: MAX_PUT_BYTES,
  });
  return { test: "download", ...load, methods, partBytes, source };
}

function parseSource(fields: Fields): DownloadSource {
  const { key: keys, from } = fields;
  if (Array.isArray(keys) && keys.length > 0) {
    if (from !== undefined) throw bad("Cannot use --key and --from together: give one of them");
    if (keys.length > 1000) throw bad(`Cannot download ${keys.length} keys: give at most 1000`);
    return { kind: "keys", keys: keys.map(String) };
  }
  return typeof from === "string" ? { kind: "listed", prefix: from } : { kind: "prepared" };
}

function parseMixed(fields: Fields): MixedPlan {
  const load = parseLoad(fields, { size: "1MB", count: 200, concurrency: 20, duration: "30s" });
  const weights = parseWeights(text(fields, "weights") ?? "get=45,stat=30,put=15,delete=10");
  const needed = 2 * (load.concurrency + 2 * lowestTerms(weights).delete);
  if (load.count < needed) {
    throw bad(
      `Cannot keep ${load.concurrency} operations apart on ${load.count} objects: give --count ${needed} or more`,
    );
  }
  return { test: "mixed", ...load, weights };
}

function parseWeights(list: string): MixedWeights {
  const weights = { get: 0, stat: 0, put: 0, delete: 0 };
  for (const part of list.split(",")) {
    const [, name, value] = /^\s*(get|stat|put|delete)=(\d{1,4})\s*$/.exec(part) ?? [];
    if (name === undefined) {
      throw bad(
        `Cannot read ${JSON.stringify(part)} of --weights: write get, stat, put and delete with whole numbers, such as get=45,put=55`,
      );
    }
    weights[name as keyof MixedWeights] = Number(value);
  }
  if (weights.get + weights.stat + weights.put + weights.delete === 0) {
    throw bad(
      "Cannot mix operations that all weigh 0: give --weights get=45,stat=30,put=15,delete=10",
    );
  }
  if (weights.delete > weights.put) {
    throw bad(
      `Cannot delete more (${weights.delete}) than is put (${weights.put}): the objects would run out`,
    );
  }
  return weights;
}

function parseSweep(fields: Fields): SweepPlan {
  const direction = text(fields, "direction") ?? "upload";
  if (direction !== "upload" && direction !== "download") {
    throw bad(`Cannot sweep ${JSON.stringify(direction)}: write upload or download`);
  }
  const partSizes = parseList(fields, "part-sizes", "8MiB,32MiB,128MiB").map(parseBytes);
  const least = direction === "upload" ? MIN_PART_BYTES : 1;
  const unfit = partSizes.find((size) => size < least || size > MAX_PUT_BYTES);
  if (unfit !== undefined) {
    throw bad(`Cannot use parts of ${unfit} bytes: S3 takes from 5 MiB to 5 GiB`);
  }
  const concurrencies = parseList(fields, "concurrencies", "1,4,16").map((each) =>
    toWhole(each, { name: "concurrencies", max: MAX_SWEEP_CONCURRENCY }),
  );
  return {
    test: "sweep",
    prefix: parsePrefix(text(fields, "prefix") ?? DEFAULT_PREFIX),
    keepsObjects: fields.keep === true,
    direction,
    partSizes: rising(partSizes),
    concurrencies: rising(concurrencies),
    pointMs: parsePoint(fields),
    warmupMs: duration(fields, "warmup", "1s"),
  };
}

const rising = (values: readonly number[]): readonly number[] =>
  [...new Set(values)].toSorted((a, b) => a - b);

function parseEnding(fields: Fields, otherwise: string | undefined): Ending {
  const stable = text(fields, "until-stable");
  const given = text(fields, "duration");
  if (stable !== undefined) {
    const percent = Number(stable.replace(/\s*%$/, ""));
    if (!(percent > 0 && percent <= 50)) {
      throw bad(
        `Cannot read --until-stable ${JSON.stringify(stable)}: write 0.1 to 50, in percent`,
      );
    }
    const maxMs = given === undefined ? DEFAULT_STABLE_MS : duration(fields, "duration", given);
    return { until: "stable", tolerance: percent / 100, maxMs };
  }
  // A number of objects means each of them once.
  const isCounted = given === undefined && text(fields, "count") !== undefined;
  const length = given ?? (isCounted ? undefined : otherwise);
  if (length === undefined) return { until: "count" };
  const durationMs = duration(fields, "duration", length);
  if (durationMs > 0) return { until: "duration", durationMs };
  throw bad(`Cannot measure for ${JSON.stringify(length)}: give a --duration such as 30s`);
}

const DEFAULT_STABLE_MS = 5 * 60_000;

function parseMethods<Method extends string>(
  fields: Fields,
  { known, otherwise }: { readonly known: readonly Method[]; readonly otherwise: Method[] },
): readonly Method[] {
  const given = text(fields, "method");
  if (given === undefined) return otherwise;
  return given.split(",").map((name) => {
    const method = known.find((each) => each === name.trim());
    if (method !== undefined) return method;
    throw bad(
      `Cannot use the method ${JSON.stringify(name)}: write one or more of ${known.join(", ")}`,
    );
  });
}

/** As large as an object where S3 takes that as a part. */
const defaultPartBytes = (objectBytes: number): number =>
  Math.min(Math.max(objectBytes, MIN_PART_BYTES), 100_000_000);

function parsePartBytes(fields: Fields, { objectBytes }: Pick<LoadPlan, "objectBytes">): number {
  const otherwise = String(defaultPartBytes(objectBytes));
  const partBytes = bytes(fields, "part-size", { otherwise, max: MAX_PUT_BYTES });
  if (partBytes >= MIN_PART_BYTES) return partBytes;
  throw bad(`Cannot upload parts of ${partBytes} bytes: S3 takes 5 MiB or more`);
}

function checkParts({ total, partBytes }: { readonly total: number; readonly partBytes: number }) {
  const parts = Math.ceil(total / partBytes);
  if (parts <= MAX_PARTS) return;
  throw bad(
    `Cannot upload an object in ${parts} parts, S3 takes ${MAX_PARTS}: give a larger --part-size`,
  );
}

/** Of a key; the run's ID follows. */
export function parsePrefix(prefix: string): string {
  const isShort = new TextEncoder().encode(prefix).length <= 900;
  if (isShort && /^[\x20-\x7e]*$/.test(prefix) && !prefix.startsWith("/")) return prefix;
  throw bad(
    `Cannot write under the prefix ${JSON.stringify(prefix)}: give at most 900 letters of ASCII without "/" at the beginning, such as speed-test/`,
  );
}

function parsePoint(fields: Fields): number {
  const pointMs = duration(fields, "point", "3s");
  if (pointMs >= 100) return pointMs;
  throw bad(`Cannot measure each point for ${JSON.stringify(fields.point)}: give 100ms or more`);
}

function parseList(fields: Fields, name: PlanFlagName, otherwise: string): readonly string[] {
  const all = (text(fields, name) ?? otherwise).split(",");
  if (all.length <= 12) return all;
  throw bad(`Cannot sweep ${all.length} values of --${name}: give at most 12`);
}

function text(fields: Fields, name: PlanFlagName): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

function whole(
  fields: Fields,
  name: PlanFlagName,
  { otherwise, max }: { readonly otherwise: number; readonly max: number },
): number {
  const given = text(fields, name);
  return given === undefined ? otherwise : toWhole(given, { name, max });
}

function toWhole(given: string, { name, max }: { name: PlanFlagName; max: number }): number {
  const value = /^\d{1,9}$/.test(given.trim()) ? Number(given) : 0;
  if (value >= 1 && value <= max) return value;
  throw bad(
    `Cannot use ${JSON.stringify(given)} for --${name}: give a whole number from 1 to ${max}`,
  );
}

function bytes(
  fields: Fields,
  name: PlanFlagName,
  { otherwise, max }: { readonly otherwise: string; readonly max: number },
): number {
  const given = text(fields, name) ?? otherwise;
  const value = parseBytes(given);
  if (value >= 1 && value <= max) return value;
  throw bad(`Cannot use ${JSON.stringify(given)} for --${name}: give 1 byte to 5 GiB`);
}

function duration(fields: Fields, name: PlanFlagName, otherwise: string): number {
  const given = text(fields, name) ?? otherwise;
  const ms = parseDuration(given);
  if (ms <= MAX_PHASE_MS) return ms;
  throw bad(`Cannot use ${JSON.stringify(given)} for --${name}: a day is the most`);
}

const bad = (message: string): StorageTestError => new StorageTestError("bad_option", message);
