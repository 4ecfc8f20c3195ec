import type { ToolName } from "./tool.ts";

/** One row of the results: the candidate first, then its peers, all on the same work. */
export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly measure: Measure;
  readonly goal: Goal;
  /** How long each run lasts, where it is not `--seconds`. */
  readonly seconds?: number;
  /** How many rounds, where it is not `--rounds`. */
  readonly rounds?: number;
}

/** A load that a tool drives against a path of a server. */
export interface Candidate {
  readonly label: string;
  readonly server: ServerName;
  readonly path: string;
  readonly driver: Driver;
}

/** A "-grpc" is the server's port for gRPC. */
export type ServerName =
  | "nginx"
  | "nginx-tls"
  | "nginx-h2"
  | "nginx-h2-tls"
  | "origin"
  | "origin-tls"
  | "origin-grpc"
  | "hpdummy"
  | "hpdummy-grpc"
  /** Proxies on the servers' core; nginx behind them has the clients' core. */
  | "gate"
  | "nginx-proxy"
  /** The same with nginx on the servers' core as well, so that the client is alone on its own. */
  | "gate-beside"
  | "nginx-proxy-beside";

/** How a tool is asked for one kind of load, and how its own report is read. */
export interface Driver {
  readonly tool: ToolName;
  /** At most so many requests are under way, and counted by the server alone, when time is up. */
  readonly connections: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly toArguments: (job: Job) => readonly string[];
  readonly read: (output: Output) => Reading;
}

export interface Job {
  readonly url: string;
  readonly seconds: number;
  /** Where the tool may write a report of its own. */
  readonly summaryPath: string;
}

export interface Output {
  readonly stdout: string;
  /** The text of `summaryPath`, empty if the tool wrote none. */
  readonly summary: string;
}

/** What a tool says of one run. */
export interface Reading {
  readonly requests: number;
  readonly seconds: number;
  /** Requests that failed, checks that failed, iterations that were dropped. */
  readonly lost: number;
  /** Of bodies, sent or received. */
  readonly bytes?: number;
  /** Open model: how late iterations started, the 99th percentile. */
  readonly startLagP99Ms?: number;
  /** From due until answered, the 99th percentile. */
  readonly latencyP99Ms?: number;
}

/** A reading, and what was seen from outside while it was taken. */
export interface Run extends Reading {
  /** VmHWM of the tool's processes, and the largest VmRSS among samples (MB: 1,000,000 bytes). */
  readonly peakRssMb: number;
  readonly sampledRssMb: number;
  /** Processor time of the tool. Near its seconds, it was the tool that could do no more. */
  readonly cpuSeconds: number;
  /** Requests that the server counted in the same time; absent when it does not count. */
  readonly served?: number;
  /** The server's memory: the largest VmRSS among samples. */
  readonly serverRssMb: number;
  /** The largest in the last tenth of the run over that of the second quarter. */
  readonly serverGrowth: number;
}

export type Measure =
  | "requestsPerSecond"
  | "gigabytesPerSecond"
  | "peakRssMb"
  | "serverRssMb"
  | "serverGrowth"
  | "startLagP99Ms"
  | "latencyP99Ms";

export type Goal =
  /** The candidate's figure over its first peer's. */
  | {
      readonly kind: "ratio";
      readonly atLeast: number;
      readonly aim?: number;
      readonly atMost?: number;
      /** What the candidate's own median must reach besides. */
      readonly valueAtLeast?: number;
    }
  /** The candidate's figure less its first peer's, the median of the rounds. */
  | { readonly kind: "difference"; readonly atMost: number }
  /** The candidate's own median. */
  | { readonly kind: "value"; readonly atMost: number }
  | { readonly kind: "none" };

/** The figure of a run that a bench is about. */
export function toFigure(measure: Measure, run: Run): number {
  switch (measure) {
    case "requestsPerSecond":
      return run.requests / run.seconds;
    case "gigabytesPerSecond":
      return (run.bytes ?? Number.NaN) / run.seconds / 1e9;
    case "peakRssMb":
      return run.peakRssMb;
    case "serverRssMb":
      return run.serverRssMb;
    case "serverGrowth":
      return run.serverGrowth;
    case "startLagP99Ms":
      // A tool that does not say how late it was has not shown that it was in time.
      return run.startLagP99Ms ?? Number.NaN;
    case "latencyP99Ms":
      return run.latencyP99Ms ?? Number.NaN;
  }
}
