import { peakVus, portionOf } from "@breakwater/schedule";
import { scenarioTimes, vusNeeded } from "../executor/index.ts";
import type { LoadIo } from "../io.ts";
import { emptyTotals } from "../measure/measure.ts";
import { parseOptions } from "../plan/parse-options.ts";
import type { Plan } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import { type ShownOptions, showDuration, showOptions } from "../plan/show-options.ts";
import { scenarioOptions, withDefaults } from "../plan/to-plan.ts";
import type { LoadRequest } from "../request.ts";
import { openTarget } from "../script/open-target.ts";

export interface InspectOptions {
  /** As all layers together make them, with how long the test takes and how many VUs. */
  readonly withRequirements: boolean;
}

/** What `k6 inspect` prints: the script's options as JSON. Throws RunError. */
export async function inspectScript(
  request: LoadRequest,
  io: LoadIo,
  { withRequirements }: InspectOptions,
): Promise<ShownOptions> {
  const warn = (line: string): void => io.stderr(`warning: ${line}\n`);
  const events = { onLog: (_: string, line: string) => warn(line), onVerdict: () => {} };
  const { plan, options, lifecycle } = await openTarget(request, emptyTotals(), io, events);
  if (withRequirements) {
    const scenarios = scenarioOptions(options);
    return { ...showOptions({ ...withDefaults(options), scenarios }), ...requirements(plan) };
  }
  const { target } = request;
  const archived = target.kind === "script" ? target.archivedOptions : undefined;
  return showOptions(parseOptions("script", archived ?? lifecycle?.options).options);
}

/** How much of a machine the plan asks for at the most. */
function requirements(plan: Plan): ShownOptions {
  const portion = portionOf({ segment: plan.segment, worker: 0, workers: 1 });
  const needs = plan.scenarios
    .map((scenario) => ({ scenario, need: vusNeeded(atItsMost(scenario), portion) }))
    .filter(({ need }) => need.steps.some(({ vus }) => vus > 0));
  const ends = needs.map(({ scenario }) => scenario.startTimeMs + scenarioTimes(scenario).endMs);
  return {
    totalDuration: showDuration(Math.max(0, ...ends)),
    maxVUs: peakVus(needs.map(({ need }) => need)),
  };
}

/** With all the VUs that an arrival rate may make on its way. */
function atItsMost(scenario: Scenario): Scenario {
  return "maxVus" in scenario ? { ...scenario, preAllocatedVus: scenario.maxVus } : scenario;
}
