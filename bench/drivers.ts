import runtimeEnvironments from "../products/cli/bin/runtime-environment.json" with {
  type: "json",
};
import type { Driver, Job } from "./bench.ts";
import { readAb } from "./readings/ab.ts";
import { readAutocannon } from "./readings/autocannon.ts";
import { readClient } from "./readings/client.ts";
import { readH2load } from "./readings/h2load.ts";
import { readHey } from "./readings/hey.ts";
import { readK6Summary } from "./readings/k6-summary.ts";
import { readOha } from "./readings/oha.ts";
import { readWrk } from "./readings/wrk.ts";

/**
 * Each tool on one thread, run as its users run it: the summary, the thresholds and the progress
 * that it has by default stay on.
 */
export const drivers: {
  readonly [name in DriverName]: (connections: number) => Driver;
} = {
  bwUrl: (connections) => bw(connections, (job) => [...closed(job.url, connections, job)]),
  bwScript: (connections) =>
    bw(connections, (job) => [
      ...closed("bench/scripts/get-check.ts", connections, job),
      ...["-e", `TARGET=${job.url}`],
    ]),
  /** The script that k6 is given, as it is. */
  bwK6Script: (connections) =>
    bw(connections, (job) => [
      ...closed("bench/scripts/get-check.k6.js", connections, job),
      ...["-e", `TARGET=${job.url}`],
    ]),
  /** The same with a second's pause. */
  bwK6Sleep: (connections) =>
    bw(connections, (job) => [
      ...closed("bench/scripts/get-sleep.k6.js", connections, job),
      ...["-e", `TARGET=${job.url}`],
    ]),
  /** An open model: the number is the rate. */
  bwOpen: (ratePerSecond) =>
    bw(0, ({ url, seconds, summaryPath }) => [
      ...["run", url, "--rate", `${ratePerSecond}/s`, "-d", `${seconds}s`, "--workers", "1"],
      ...["--summary-trend-stats", "avg,min,med,max,p(90),p(95),p(99)"],
      ...["--summary-export", summaryPath],
    ]),
  wrk: (connections) => ({
    tool: "wrk",
    connections,
    toArguments: ({ url, seconds }) => ["-t1", `-c${connections}`, `-d${seconds}s`, url],
    read: readWrk,
  }),
  wrkHeaders: (connections) => ({
    tool: "wrk",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["-t1", `-c${connections}`, `-d${seconds}s`],
      ...["-H", "Accept: application/json", "-H", "X-Request-Id: 7f3a", "-H", "X-Team: shop"],
      url,
    ],
    read: readWrk,
  }),
  /** For answers that last longer than the run, which wrk takes for timed out after 2 s. */
  wrkEndless: (connections) => ({
    tool: "wrk",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "600s", url],
    ],
    read: readWrk,
  }),
  /** 8 connections with so many streams each. */
  h2load: (streams) => ({
    tool: "h2load",
    connections: 8 * streams,
    toArguments: ({ url, seconds }) => ["-t1", "-c8", `-m${streams}`, `-D${seconds}`, url],
    read: readH2load,
  }),
  /** So many calls of echo.EchoService under way on one connection. */
  grpcUnary: (calls) => ({
    tool: "h2load",
    connections: calls,
    toArguments: ({ url, seconds }) => [
      ...["-t1", "-c1", `-m${calls}`, `-D${seconds}`, "-d", "bench/clients/echo-request.bin"],
      ...["-H", "content-type: application/grpc", "-H", "te: trailers", url],
    ],
    read: readH2load,
  }),
  upload: (connections) => ({
    tool: "client",
    connections,
    toArguments: ({ url, seconds }) => ["bench/clients/upload.ts", url, `${seconds}`],
    read: readClient,
  }),
  webSocket: (connections) => ({
    tool: "client",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["bench/clients/web-socket.ts", url, `${connections}`, `${seconds}`],
    ],
    read: readClient,
  }),
  idle: (connections) => ({
    tool: "client",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["bench/clients/hold.ts", url, `${connections}`, `${seconds}`, "0"],
    ],
    read: readClient,
  }),
  /** Each reads 100 kB a second. */
  slowReaders: (connections) => ({
    tool: "client",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["bench/clients/hold.ts", url, `${connections}`, `${seconds}`, "100000"],
    ],
    read: readClient,
  }),
  k6Script: (connections) => ({
    tool: "k6",
    connections,
    // Without the second it would report each run to its makers' server.
    environment: { GOMAXPROCS: "1", K6_NO_USAGE_REPORT: "true" },
    toArguments: ({ url, seconds, summaryPath }) => [
      ...["run", "--vus", `${connections}`, "--duration", `${seconds}s`, "-e", `TARGET=${url}`],
      ...["--summary-export", summaryPath, "bench/scripts/get-check.k6.js"],
    ],
    read: readK6Summary,
  }),
  autocannon: (connections) => ({
    tool: "autocannon",
    connections,
    toArguments: ({ url, seconds }) => ["-c", `${connections}`, "-d", `${seconds}`, "--json", url],
    read: readAutocannon,
  }),
  oha: (connections) => ({
    tool: "oha",
    connections,
    toArguments: ({ url, seconds }) => [
      ...["--no-tui", "--output-format", "json", "-c", `${connections}`, "-z", `${seconds}s`, url],
    ],
    read: readOha,
  }),
  hey: (connections) => ({
    tool: "hey",
    connections,
    toArguments: ({ url, seconds }) => ["-c", `${connections}`, "-z", `${seconds}s`, url],
    read: readHey,
  }),
  ab: (connections) => ({
    tool: "ab",
    connections,
    toArguments: ({ url, seconds }) => [
      // -t alone means 50,000 requests at most; -n takes 32 bytes for each at the start.
      ...[
        "-q",
        "-k",
        "-c",
        `${connections}`,
        "-t",
        `${seconds}`,
        "-n",
        `${seconds * 500_000}`,
        url,
      ],
    ],
    read: readAb,
  }),
};

type DriverName =
  | "bwUrl"
  | "bwScript"
  | "bwK6Script"
  | "bwK6Sleep"
  | "bwOpen"
  | "wrk"
  | "wrkHeaders"
  | "wrkEndless"
  | "h2load"
  | "grpcUnary"
  | "upload"
  | "webSocket"
  | "idle"
  | "slowReaders"
  | "k6Script"
  | "autocannon"
  | "oha"
  | "hey"
  | "ab";

function bw(connections: number, toArguments: Driver["toArguments"]): Driver {
  // As the launcher would start it.
  const environment = runtimeEnvironments.run;
  return { tool: "bw", connections, environment, toArguments, read: readK6Summary };
}

/** A closed model: so many virtual users, each asking again when it has its answer. */
function closed(what: string, users: number, { url, seconds, summaryPath }: Job): string[] {
  return [
    ...["run", what, "-u", `${users}`, "-d", `${seconds}s`, "--workers", "1"],
    ...["--summary-export", summaryPath],
    // The certificate is our own; wrk verifies none.
    ...(url.startsWith("https:") ? ["--insecure-skip-tls-verify"] : []),
  ];
}
