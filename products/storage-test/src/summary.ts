import { formatBytes, formatDuration } from "@breakwater/units";
import { DEFAULT_PREFIX } from "./plan.ts";
import type {
  OperationResult,
  Percentiles,
  PhaseResult,
  StorageResult,
  SweepResult,
} from "./result.ts";
import { partSize } from "./sweep.ts";

/** What a test found, for people. MB are 10^6 bytes. */
export function summaryText(result: StorageResult): string {
  const { target, phases, sweep, runId } = result;
  const lines = [
    `${target.endpoint}, bucket ${target.bucket}; run ${runId}`,
    "",
    ...phases.flatMap(phaseLines),
    ...(sweep === undefined ? [] : sweepLines(sweep)),
    whatIsLeft(result),
  ];
  return `${lines.join("\n")}\n`;
}

function whatIsLeft({ plan: { prefix, keepsObjects }, cleanUp, runId }: StorageResult): string {
  if (cleanUp.leftCount > 0) {
    const left = `${number(cleanUp.leftCount)} objects or uploads could not be deleted`;
    return `${left}: ${cleanUpCommand({ runId, prefix })}`;
  }
  if (cleanUp.deleted === 0 && !keepsObjects) return "Nothing was written that had to be deleted";
  return keepsObjects ? `Kept under ${prefix}${runId}/` : "What was written is deleted";
}

/** What deletes what a run has left. */
export function cleanUpCommand({
  runId,
  prefix,
}: {
  readonly runId: string;
  readonly prefix: string;
}): string {
  const where = prefix === DEFAULT_PREFIX ? "" : ` --prefix ${prefix}`;
  return `bw storage cleanup --run ${runId}${where}`;
}

function phaseLines(phase: PhaseResult): readonly string[] {
  const { name, concurrency, objectBytes, partBytes, durationMs, endedBy, failed } = phase;
  const what = [
    objectBytes > 0 ? `objects of ${formatBytes(objectBytes)}` : "",
    partBytes === undefined ? "" : `in pieces of ${formatBytes(partBytes)}`,
    `${concurrency} at a time`,
    formatDuration(durationMs),
    endedBy === "count" || endedBy === "duration" ? "" : endedBy,
  ];
  const total = phase.operations.length > 1 && phase.bytes > 0;
  return [
    `${name}: ${what.filter((each) => each !== "").join(", ")}`,
    ...(total ? [`  all    ${phase.mbPerSecond.toFixed(2)} MB/s`] : []),
    ...phase.operations.flatMap(operationLines),
    ...(failed > 0 ? [`  ${number(failed)} failed`] : []),
    "",
  ];
}

function operationLines(operation: OperationResult): readonly string[] {
  const { count, objects, bytes, errors, retries, verified } = operation;
  const { mbPerSecond, operationsPerSecond, objectsPerSecond } = operation;
  // What was under way when a store was given up says nothing of its speed.
  const movesBytes = bytes > 0 && (count > 0 || Object.keys(errors).length === 0);
  const rates = [
    movesBytes ? `${mbPerSecond.toFixed(2)} MB/s` : "",
    `${rate(operationsPerSecond)} operations/s`,
    objects !== count && objects > 0 ? `${rate(objectsPerSecond)} objects/s` : "",
    `${number(count)} done`,
    movesBytes ? formatBytes(bytes) : "",
    verified > 0 ? `${number(verified)} verified` : "",
    retries > 0 ? `${number(retries)} retries` : "",
  ];
  const codes = Object.entries(errors).map(([code, times]) => `${code} ${number(times)}`);
  const indent = " ".repeat(9);
  return [
    `  ${operation.operation.padEnd(7)}${rates.filter((each) => each !== "").join(", ")}`,
    ...(operation.firstByteMs.count > 0
      ? [`${indent}first byte ${times(operation.firstByteMs)}`]
      : []),
    ...(count > 0 ? [`${indent}whole      ${times(operation.wholeMs)}`] : []),
    ...secondsLine(operation).map((line) => `${indent}${line}`),
    ...(codes.length > 0 ? [`${indent}errors     ${codes.join(", ")}`] : []),
  ];
}

/** The slowest, the middle and the fastest second. */
function secondsLine({ perSecond, bytes }: OperationResult): readonly string[] {
  const series = bytes > 0 ? perSecond.bytes : perSecond.operations;
  if (series.length < 2) return [];
  const [min, median, max] = lowMiddleHigh(series).map((each) =>
    bytes > 0 ? `${(each / 1e6).toFixed(1)} MB` : number(each),
  );
  return [`by second  min ${min}, median ${median}, max ${max}`];
}

function lowMiddleHigh(series: readonly number[]): readonly [number, number, number] {
  const sorted = series.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
  return [sorted[0]!, median, sorted.at(-1)!];
}

const times = ({ p50, p90, p99, max }: Percentiles): string =>
  `p50 ${formatDuration(p50)}, p90 ${formatDuration(p90)}, p99 ${formatDuration(p99)}, max ${formatDuration(max)}`;

function sweepLines({ points, best, recommendation }: SweepResult): readonly string[] {
  const rows = points
    .toSorted((a, b) => a.partBytes - b.partBytes || a.concurrency - b.concurrency)
    .map((point) =>
      [
        partSize(point.partBytes).padStart(11),
        String(point.concurrency).padStart(11),
        point.meanMbPerSecond.toFixed(1).padStart(9),
        `${(point.spread * 100).toFixed(1)} %`.padStart(8),
        point === best ? "  <" : "",
        point.failed > 0 ? `  ${number(point.failed)} failed` : "",
      ].join(" "),
    );
  return ["  part size at a time      MB/s      ± %", ...rows, "", recommendation, ""];
}

const rate = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
const number = (value: number): string => value.toLocaleString("en-US");
