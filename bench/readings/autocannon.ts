import type { Output, Reading } from "../bench.ts";
import { jsonReport } from "./json-report.ts";

/** What `autocannon --json` prints. Its `errors` include its time-outs. */
export function readAutocannon({ stdout }: Output): Reading {
  const report = jsonReport("autocannon", stdout);
  return {
    requests: report.number("requests", "total"),
    seconds: report.number("duration"),
    lost: report.number("errors") + report.number("non2xx"),
  };
}
