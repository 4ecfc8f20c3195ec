import type { Output, Reading } from "../bench.ts";
import { toNumber } from "./to-number.ts";

/** wrk counts completed requests; those in flight at the end are neither counted nor lost. */
export function readWrk({ stdout }: Output): Reading {
  const total = /(?<requests>\d+) requests in (?<time>[\d.]+)(?<unit>us|ms|s|m|h),/.exec(stdout);
  const { requests, time, unit } = total?.groups ?? {};
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    stdout,
  );
  const notOk = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  const read = /([\d.]+)(B|KB|MB|GB|TB) read$/m.exec(stdout);
  return {
    bytes: Math.round(Number(read?.[1] ?? 0) * (BYTES[read?.[2] ?? "B"] ?? 1)),
    requests: toNumber(requests, "the requests of wrk", stdout),
    seconds: toNumber(time, "the time of wrk", stdout) * (SECONDS[unit ?? "s"] ?? 1),
    lost: [...(errors?.slice(1) ?? []), notOk?.[1] ?? "0"].map(Number).reduce((a, b) => a + b),
  };
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};
