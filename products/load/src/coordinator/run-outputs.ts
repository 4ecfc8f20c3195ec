import type { Registry } from "@breakwater/metrics";
import {
  type Folded,
  type Outputs,
  openSampling,
  openSeriesSinks,
  SeriesTable,
  type SinkIo,
  type StandingSeries,
  samplingPlan,
  writeHeads,
} from "@breakwater/sink";
import type { LoadIo } from "../io.ts";
import type { Plan } from "../plan/plan.ts";

export interface RunOutputsOptions {
  readonly outputs: Outputs;
  /** The summary tells how each scenario and group did. */
  readonly isGrouping: boolean;
  readonly plan: Plan;
  /** With the script's own metrics already in it; what it is given itself goes to the outputs. */
  readonly registry: Registry;
  readonly workers: number;
  readonly io: Pick<LoadIo, "clock">;
  /** A result that was asked for is incomplete: it shows in the exit code. */
  readonly onLost: (message: string) => void;
  /** A receiver does not take what it is sent: the run's verdict is what it is. */
  readonly onTrouble: (message: string) => void;
}

/** The outputs of a run, as its coordinator has them. */
export interface RunOutputs extends AsyncDisposable {
  /** What a worker folded since its last report. */
  readonly take: (folded: Folded) => void;
  /** By scenario, group and check; empty unless that was asked for. */
  readonly groups: () => readonly StandingSeries[];
  /** After the last sample of the run, teardown's; the second time it does nothing. */
  readonly close: () => Promise<void>;
}

/**
 * Opens what one process does for all: files get their first lines, receivers are told how series
 * stand. Also the samples that no worker takes, those of setup and teardown and the numbers of VUs,
 * go out here.
 */
export async function openRunOutputs(options: RunOutputsOptions): Promise<RunOutputs> {
  const { outputs, isGrouping, plan, registry, workers, io, onLost, onTrouble } = options;
  const sampling = samplingPlan(outputs, { isGrouping });
  if (sampling === undefined) return noOutputs;
  const originMs = Date.now() - io.clock.nowMs();
  const sinkIo: SinkIo = { clock: io.clock, originMs, processes: workers, onLost, onTrouble };
  writeHeads(sampling, describeMetrics(registry, plan), sinkIo);
  const sinks = await openSeriesSinks(outputs.series, sinkIo);
  const own = openSampling(sampling, sinkIo);
  const groups = groupTable(onTrouble);
  const take = (folded: Folded): void => {
    if (folded.series !== undefined) sinks.take(folded.series);
    if (folded.groups !== undefined) groups.merge(folded.groups);
  };
  const drain = (): void => take(own.drain());
  let isDraining = false;
  registry.listen((...sample) => {
    own.add(...sample);
    if (isDraining) return;
    isDraining = true;
    // They are few, and nobody may come to drain after the last of them.
    queueMicrotask(() => {
      isDraining = false;
      drain();
    });
  });
  const close = async (): Promise<void> => {
    registry.listen(undefined);
    drain();
    await Promise.all([own.close(), sinks.close()]);
  };
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => {
    closed ??= close();
    return closed;
  };
  return { take, groups: () => groups.all(), close: closeOnce, [Symbol.asyncDispose]: closeOnce };
}

const noOutputs: RunOutputs = {
  take: () => {},
  groups: () => [],
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

function groupTable(tell: (message: string) => void): SeriesTable {
  let hasTold = false;
  return new SeriesTable(() => {
    if (!hasTold) tell("Cannot count all groups and checks apart: the summary leaves some out");
    hasTold = true;
  });
}

function describeMetrics(registry: Registry, plan: Plan) {
  const names = new Set(registry.metricNames());
  return [...registry.series()]
    .filter(({ key }) => names.has(key))
    .map(({ key: name, type, contains }) => {
      const thresholds = (plan.thresholds[name] ?? []).map(({ expression }) => expression);
      return { name, type, contains, thresholds };
    });
}
