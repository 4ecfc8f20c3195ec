import type { Output, Reading } from "../bench.ts";
import { toNumber } from "./to-number.ts";

/** h2load counts what was done within its time; what answers 4xx or 5xx, or none, has failed. */
export function readH2load({ stdout }: Output): Reading {
  const done = /requests: (\d+) total, \d+ started, (\d+) done/.exec(stdout);
  const took = /finished in (?<time>[\d.]+)(?<unit>us|ms|s|m),/.exec(stdout)?.groups;
  const requests = toNumber(done?.[2], "the requests of h2load", stdout);
  const failed = /(\d+) failed, \d+ errored, \d+ timeout/.exec(stdout)?.[1];
  return {
    requests,
    seconds:
      toNumber(took?.["time"], "the time of h2load", stdout) *
      (SECONDS[took?.["unit"] ?? "s"] ?? 1),
    lost: toNumber(failed, "the failures of h2load", stdout),
  };
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60 };
