import { gunzipSync } from "node:zlib";

type Metric = Readonly<Record<string, number | Readonly<Record<string, boolean>>>>;

interface Group {
  readonly path: string;
  readonly groups: Readonly<Record<string, Group>>;
  readonly checks: Readonly<Record<string, { readonly passes: number; readonly fails: number }>>;
}

/** What there is in a `--summary-export` file. */
export interface Exported {
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly rootGroup: Group;
}

/** Everything in it is empty when the run did not come to a summary. */
export async function readExported(path: string): Promise<Exported> {
  const file = Bun.file(path);
  const none = { metrics: {}, root_group: { path: "", groups: {}, checks: {} } };
  const isThere = (await file.exists()) && file.size > 0;
  const { metrics, root_group: rootGroup } = isThere ? await file.json() : none;
  return { metrics, rootGroup };
}

/** A value of a metric; 0 when it has none. */
export function statOf({ metrics }: Pick<Exported, "metrics">, key: string, stat: string): number {
  return Number(metrics[key]?.[stat] ?? 0);
}

/** One sample of an `--out json=` file. */
export interface Point {
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly time: string;
}

/** Every line has to be JSON of one of k6's two kinds. */
export function readPoints(bytes: Uint8Array, isZipped = false): readonly Point[] {
  const text = Buffer.from(isZipped ? gunzipSync(bytes) : bytes).toString();
  if (!text.endsWith("\n")) throw new Error(`The last line is cut: ${text.slice(-100)}`);
  const known = new Set<string>();
  return text
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const { type, metric, data } = JSON.parse(line);
      if (type === "Metric") known.add(metric);
      else if (type !== "Point") throw new Error(`Not a line of k6's: ${line}`);
      return type === "Point" ? [{ metric, ...data }] : [];
    });
}

/** The values of one metric's samples. */
export function valuesOf(points: readonly Point[], metric: string): readonly number[] {
  return points.filter((point) => point.metric === metric).map(({ value }) => value);
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
