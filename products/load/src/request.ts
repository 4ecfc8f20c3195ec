import type { HttpVersion } from "./plan/plan.ts";

/** What is to be loaded: one URL over and over, or what a script does. */
export type LoadTarget =
  | {
      readonly kind: "url";
      readonly url: string;
      readonly method: string;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: string | undefined;
      /** k6's duration; 60 s when not given. */
      readonly timeout: string | undefined;
    }
  | {
      readonly kind: "script";
      readonly path: string;
      /** The script's text when it came by standard input. */
      readonly source: string | undefined;
      /** An archive's options, in the shape of `options`: they stand in for what is exported. */
      readonly archivedOptions?: unknown;
    };

/** Options in the shape of k6's `options`, not yet read. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** What stands around the script's own options: the one is weaker than those, the other wins. */
export interface OptionLayers {
  readonly configFile: GivenOptions;
  readonly commandLine: GivenOptions;
}

/** `bw run` as it was asked for: the words are read, the values not yet checked. */
export interface LoadRequest {
  readonly target: LoadTarget;
  readonly layers: OptionLayers;
  readonly rate: string | undefined;
  readonly maxVus: number | undefined;
  readonly httpVersion: HttpVersion;
  /** The script's __ENV. */
  readonly env: Readonly<Record<string, string>>;
  /** This process's variables that begin with K6_: options, and what outputs are set up by. */
  readonly settings: Readonly<Record<string, string>>;
  /** k6's `--secret-source`, each as it was given. */
  readonly secretSources: readonly string[];
  readonly workers: number | "auto";
  readonly caFile: string | undefined;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in capitals or not, where they are set. */
  readonly proxies: Readonly<Record<string, string>>;
  /** `NAME` or `NAME=ARGUMENT`, as k6 writes it. */
  readonly outputs: readonly string[];
  /** The config file's settings of outputs, by their names. */
  readonly collectors: GivenOptions;
  /** Where the REST API listens, `host:port`; undefined for not at all. */
  readonly address: string | undefined;
  /** The process waits for a signal after the end, so that the REST API can still be asked. */
  readonly isLingering: boolean;
  /** `stderr`, `stdout`, `none`, `file=PATH` or `loki=URL`. */
  readonly logOutput: string;
  readonly logFormat: "" | "raw" | "json";
  /** Debug lines as well. */
  readonly isVerbose: boolean;
  readonly summaryExport: string | undefined;
  readonly summaryMode: "compact" | "full" | "disabled";
  /** k6's newer shape of what is exported and of what handleSummary gets. */
  readonly hasMachineReadableSummary: boolean;
  readonly noThresholds: boolean;
  readonly hasColor: boolean;
  /** No progress line. */
  readonly isQuiet: boolean;
}

/** All that a target alone does not say, as it is when nothing is asked for. */
export const plainRequest: Omit<LoadRequest, "target"> = {
  layers: { configFile: {}, commandLine: {} },
  rate: undefined,
  maxVus: undefined,
  httpVersion: "auto",
  env: {},
  settings: {},
  secretSources: [],
  workers: "auto",
  caFile: undefined,
  proxies: {},
  outputs: [],
  collectors: {},
  address: undefined,
  isLingering: false,
  logOutput: "stderr",
  logFormat: "",
  isVerbose: false,
  summaryExport: undefined,
  summaryMode: "compact",
  hasMachineReadableSummary: false,
  noThresholds: false,
  hasColor: true,
  isQuiet: false,
};
