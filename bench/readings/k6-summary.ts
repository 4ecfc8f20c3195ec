import type { Output, Reading } from "../bench.ts";
import { jsonReport } from "./json-report.ts";

/** What `--summary-export` of k6 writes; `bw run` writes the same. */
export function readK6Summary({ summary }: Output): Reading {
  const report = jsonReport("k6's summary", summary);
  const requests = report.number("metrics", "http_reqs", "count");
  const lag = ["metrics", "iteration_start_lag", "p(99)"];
  const latency = ["metrics", "http_req_due_duration", "p(99)"];
  return {
    requests,
    // A run without a request has a rate of 0 and no time to be read.
    seconds: requests === 0 ? 0 : requests / report.number("metrics", "http_reqs", "rate"),
    // In this format the "passes" of http_req_failed are the requests that did fail.
    lost:
      report.count("metrics", "http_req_failed", "passes") +
      report.count("metrics", "checks", "fails") +
      report.count("metrics", "dropped_iterations", "count"),
    ...(report.has(...lag) ? { startLagP99Ms: report.number(...lag) } : {}),
    ...(report.has(...latency) ? { latencyP99Ms: report.number(...latency) } : {}),
  };
}
