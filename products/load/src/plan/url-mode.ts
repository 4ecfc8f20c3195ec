import { parseRate } from "@breakwater/units";
import { PlanError } from "./error.ts";
import type { Options } from "./options.ts";
import type { ScenarioOptions } from "./scenario-schema.ts";

/** What `bw run URL` does when nothing says how much or how long. */
const defaultVus = 10;
const defaultDurationMs = 10_000;

/**
 * A rate without a number of VUs may use as many as answers that take this long would keep busy.
 */
const VUS_FOR_LATENCY_MS = 2000;
const MAX_DEFAULT_VUS = 10_000;

/** Gives a command line's options the defaults of URL mode, where k6's would be one request. */
export function withUrlDefaults(options: Options): Options {
  const { duration, iterations, stages, scenarios } = options;
  if (stages || scenarios) return options;
  const vus = options.vus ?? Math.min(defaultVus, iterations ?? defaultVus);
  if (iterations !== undefined) return { ...options, vus };
  return { ...options, vus, duration: duration ?? defaultDurationMs };
}

/**
 * `--rate`: an open model in place of VUs that wait for answers. With stages the rate goes in
 * straight lines from `--rate` to their targets, which are rates of the same unit.
 */
export function withRate(options: Options, rateText: string, maxVus: number | undefined): Options {
  const { rate, timeUnitMs } = parseRate(rateText);
  const { vus, duration, stages, iterations, ...rest } = options;
  if (iterations !== undefined) {
    throw new PlanError(["--rate and --iterations exclude each other: give --duration instead"]);
  }
  const peak = Math.max(rate, ...(stages ?? []).map(({ target }) => target));
  const perSecond = (peak * 1000) / timeUnitMs;
  const wanted = Math.ceil((perSecond * VUS_FOR_LATENCY_MS) / 1000);
  const preAllocatedVus = vus ?? maxVus ?? Math.min(MAX_DEFAULT_VUS, Math.max(10, wanted));
  const base = {
    timeUnit: timeUnitMs,
    preAllocatedVUs: preAllocatedVus,
    maxVUs: maxVus ?? preAllocatedVus,
  };
  const scenario: ScenarioOptions = stages
    ? { ...base, executor: "ramping-arrival-rate", startRate: rate, stages }
    : {
        ...base,
        executor: "constant-arrival-rate",
        rate,
        duration: duration ?? defaultDurationMs,
      };
  return { ...rest, scenarios: { default: scenario } };
}
