import type { Output, Reading } from "../bench.ts";
import { toNumber } from "./to-number.ts";

/** ab leaves out the line of the non-2xx responses when there is none. */
export function readAb({ stdout }: Output): Reading {
  const line = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1];
  return {
    requests: toNumber(line("Complete requests"), "the complete requests of ab", stdout),
    seconds: toNumber(line("Time taken for tests"), "the time of ab", stdout),
    lost:
      toNumber(line("Failed requests"), "the failed requests of ab", stdout) +
      Number(line("Non-2xx responses") ?? 0),
  };
}
