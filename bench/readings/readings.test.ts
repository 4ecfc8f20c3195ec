import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Output, Reading } from "../bench.ts";
import { BenchError } from "../bench-error.ts";
import { readAb } from "./ab.ts";
import { readAutocannon } from "./autocannon.ts";
import { readClient } from "./client.ts";
import { readH2load } from "./h2load.ts";
import { readHey } from "./hey.ts";
import { readK6Summary } from "./k6-summary.ts";
import { readOha } from "./oha.ts";
import { readWrk } from "./wrk.ts";

/** What the tools really printed: of servers that answer 200, 500, cut off, or are not there. */
const captured: readonly [string, (output: Output) => Reading, Reading][] = [
  ["wrk.txt", readWrk, { requests: 95_322, seconds: 1.01, lost: 0, bytes: 14_302_577 }],
  ["wrk-bad.txt", readWrk, { requests: 101_557, seconds: 1.01, lost: 101_557, bytes: 16_955_474 }],
  ["wrk-cut-off.txt", readWrk, { requests: 0, seconds: 1, lost: 190, bytes: 0 }],
  ["h2load.txt", readH2load, { requests: 94_589, seconds: 2, lost: 0 }],
  ["h2load-bad.txt", readH2load, { requests: 4000, seconds: 0.09627, lost: 4000 }],
  ["client.txt", readClient, { requests: 3, seconds: 2.00913, lost: 0, bytes: 7_787_734_096 }],
  ["k6.txt", readK6Summary, { requests: 8280, seconds: 1.00127, lost: 0 }],
  // 34 requests that failed, with a check each, and 67 iterations that were dropped.
  ["k6-bad.txt", readK6Summary, { requests: 34, seconds: 1.01141, lost: 34 + 34 + 67 }],
  ["autocannon.txt", readAutocannon, { requests: 35_687, seconds: 1.03, lost: 0 }],
  ["autocannon-bad.txt", readAutocannon, { requests: 39_217, seconds: 1.01, lost: 39_217 }],
  ["hey.txt", readHey, { requests: 25_413, seconds: 1.0031, lost: 0 }],
  ["hey-bad.txt", readHey, { requests: 8, seconds: 0.0061, lost: 8 }],
  ["hey-no-server.txt", readHey, { requests: 0, seconds: 0.0007, lost: 8 }],
  ["ab.txt", readAb, { requests: 96_844, seconds: 1.003, lost: 0 }],
  ["ab-bad.txt", readAb, { requests: 100, seconds: 0.001, lost: 100 }],
  ["oha.txt", readOha, { requests: 59_894, seconds: 1.00291, lost: 0 }],
  ["oha-bad.txt", readOha, { requests: 9, seconds: 0.0014, lost: 9 }],
  ["oha-no-server.txt", readOha, { requests: 0, seconds: 0.00066, lost: 9 }],
];

test.each(captured)("%s is read as the tool meant it", async (file, read, want) => {
  const text = await Bun.file(join(import.meta.dirname, "captured", file)).text();
  const { seconds, ...counts } = read({ stdout: text, summary: text });
  expect({ ...counts, seconds: Number(seconds.toFixed(5)) }).toEqual(want);
});

test("a summary with how late iterations started tells its 99th percentile", () => {
  const metrics = {
    http_reqs: { count: 600_000, rate: 30_000 },
    iteration_start_lag: { avg: 0.2, "p(99)": 1.5 },
  };
  const reading = readK6Summary({ stdout: "", summary: JSON.stringify({ metrics }) });
  expect(reading).toEqual({ requests: 600_000, seconds: 20, lost: 0, startLagP99Ms: 1.5 });
});

test.each([
  ["wrk", readWrk, "Requests/sec:  94817.48"],
  ["h2load", readH2load, "finished in 2.00s"],
  ["k6", readK6Summary, '{"metrics":{"http_reqs":{"count":"many"}}}'],
  ["k6, which wrote no file", readK6Summary, ""],
  ["autocannon", readAutocannon, '{"requests":{}}'],
  ["hey", readHey, "Summary:"],
  ["ab", readAb, "Complete requests:      100"],
  ["oha", readOha, '{"statusCodeDistribution":{"200":1}}'],
])("a report of %s without its figures is refused", (_name, read, text) => {
  const reading = () => read({ stdout: text, summary: text });
  expect(reading).toThrow(BenchError);
  expect(reading).toThrow("Cannot find");
});
