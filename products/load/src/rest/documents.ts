import {
  aggregate,
  type GroupResult,
  parseTrendStat,
  type Series,
  type Sink,
} from "@breakwater/metrics";
import { type RunState, runStages } from "./run-control.ts";

/** JSON:API resources as k6's api/v1 writes them; https://jsonapi.org/format/#document-structure */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships?: Readonly<Record<string, unknown>>;
}

const activeStages: ReadonlySet<string> = new Set(["started", "setup", "running", "teardown"]);

export function statusResource(state: RunState): Resource {
  return {
    type: "status",
    id: "default",
    attributes: {
      status: runStages.indexOf(state.stage),
      paused: state.isPaused,
      vus: state.vusActive,
      "vus-max": state.vusInitialized,
      stopped: state.isStopped,
      running: activeStages.has(state.stage),
      tainted: state.tainted.size > 0,
    },
  };
}

export function metricResource(series: Series, { elapsedMs, tainted }: RunState): Resource {
  const { key, type, contains, sink } = series;
  const sample = toSample(sink, elapsedMs);
  // k6 says null of a metric that no threshold looks at; whether one does is not known here.
  const attributes = { type, contains, tainted: tainted.has(key) ? true : null, sample };
  return { type: "metrics", id: key, attributes };
}

/** Always these, whatever summaryTrendStats says, as in k6. */
const trendStats = ["min", "max", "avg", "med", "p(90)", "p(95)"] as const;

function toSample(sink: Sink, elapsedMs: number): Readonly<Record<string, number>> {
  switch (sink.type) {
    case "counter":
      return { count: sink.total, rate: elapsedMs === 0 ? 0 : sink.rate(elapsedMs) };
    case "gauge":
      return { value: sink.value };
    case "rate":
      return { rate: sink.total === 0 ? 0 : sink.share };
    case "trend":
      return Object.fromEntries(
        trendStats.map((stat) => [
          stat,
          sink.isEmpty ? 0 : aggregate(sink, parseTrendStat(stat), elapsedMs),
        ]),
      );
  }
}

/** The group and all in it, outer ones first. */
export function groupResources(group: GroupResult, parentId?: string): readonly Resource[] {
  const { id, path, name, checks, groups } = group;
  const reference = (to: string) => ({ type: "groups", id: to });
  const own: Resource = {
    type: "groups",
    id,
    attributes: {
      path,
      name,
      checks:
        checks.length === 0
          ? null
          : checks.map(({ id, path, name, passes, fails }) => {
              return { id, path, name, passes, fails };
            }),
    },
    relationships: {
      groups: { data: groups.map((child) => reference(child.id)) },
      parent: { data: parentId === undefined ? null : reference(parentId) },
    },
  };
  return [own, ...groups.flatMap((child) => groupResources(child, id))];
}

export function setupResource(json: string | undefined): Resource {
  const attributes = json === undefined ? {} : { data: JSON.parse(json) };
  return { type: "setupData", id: "default", attributes };
}
