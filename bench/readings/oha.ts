import type { Output, Reading } from "../bench.ts";
import { jsonReport } from "./json-report.ts";

/** oha prints no total: its responses are the sum of its status codes. */
export function readOha({ stdout }: Output): Reading {
  const report = jsonReport("oha", stdout);
  let requests = 0;
  let lost = 0;
  for (const [status, count] of report.counts("statusCodeDistribution")) {
    requests += count;
    if (!status.startsWith("2")) lost += count;
  }
  for (const [error, count] of report.counts("errorDistribution")) {
    // Under way when the time was up: no other tool calls that an error.
    if (error !== "aborted due to deadline") lost += count;
  }
  return { requests, seconds: report.number("summary", "total"), lost };
}
