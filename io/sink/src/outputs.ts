import { type CsvOutput, parseCsvOutput } from "./csv/csv-output.ts";
import { type InfluxOutput, parseInfluxOutput } from "./influxdb/influx-output.ts";
import type { JsonOutput } from "./json/json-sink.ts";
import { type OtlpOutput, parseOtlpOutput } from "./otlp/otlp-output.ts";
import { type PrometheusOutput, parsePrometheusOutput } from "./prometheus/prometheus-output.ts";
import type { SettingSources } from "./settings.ts";
import { SinkError } from "./sink-error.ts";

/** Keeps single samples: each process of a run writes its own. */
export type SampleOutput = JsonOutput | CsvOutput | InfluxOutput;

/** Is told how series stand: one process, the coordinator, tells it of all. */
export type SeriesOutput = PrometheusOutput | OtlpOutput;

/** A run's outputs, read and valid; JSON-able. */
export interface Outputs {
  readonly samples: readonly SampleOutput[];
  readonly series: readonly SeriesOutput[];
}

export interface OutputSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The config file's `collectors`, by output. */
  readonly collectors?: Readonly<Record<string, unknown>>;
  /** Those that samples have; csv makes columns of them. */
  readonly systemTags: readonly string[];
  /** k6's `--features`. */
  readonly features?: readonly string[];
}

/**
 * Reads `-o name` and `-o name=argument` (load.md 1.9), each with its settings from the
 * environment and the config file. Throws a SinkError for one that there is not, with what to use
 * instead, and for a setting that will not do.
 */
export function parseOutputs(
  specs: readonly string[],
  sources: OutputSources,
): { readonly outputs: Outputs; readonly warnings: readonly string[] } {
  const samples: SampleOutput[] = [];
  const series: SeriesOutput[] = [];
  const warnings: string[] = [];
  for (const spec of specs) {
    const at = spec.indexOf("=");
    const name = at === -1 ? spec : spec.slice(0, at);
    const found = parsers[name];
    if (found === undefined) throw unknownOutput(name);
    const output = found(at === -1 ? "" : spec.slice(at + 1), sources, (text) =>
      warnings.push(text),
    );
    if (output === undefined) continue;
    if (output.kind === "prometheus" || output.kind === "opentelemetry") series.push(output);
    else samples.push(output);
  }
  return { outputs: { samples, series }, warnings };
}

/** Reads one output's argument; undefined when there is nothing to open. */
type Parser = (
  argument: string,
  sources: OutputSources,
  warn: (text: string) => void,
) => SampleOutput | SeriesOutput | undefined;

const from = (name: string, { env, collectors }: OutputSources): SettingSources => ({
  env,
  file: collectors?.[name],
});

const parsers: Readonly<Record<string, Parser>> = {
  json: (argument) => ({ kind: "json", path: argument === "" ? "-" : argument }),
  csv: (argument, sources) => parseCsvOutput(argument, from("csv", sources), sources.systemTags),
  influxdb: (argument, sources) => parseInfluxOutput(argument, from("influxdb", sources)),
  "experimental-prometheus-rw": (argument, sources) =>
    parsePrometheusOutput(argument, from("experimental-prometheus-rw", sources), {
      asNativeHistogram: sources.features?.includes("native-histograms") ?? false,
    }),
  opentelemetry: (argument, sources, warn) => {
    if (argument !== "")
      warn(`the output opentelemetry takes no argument: "${argument}" is ignored`);
    return parseOtlpOutput(from("opentelemetry", sources));
  },
  "experimental-opentelemetry": (argument, sources, warn) => {
    warn("the output experimental-opentelemetry is now called opentelemetry: use that name");
    return parsers.opentelemetry!(argument, sources, warn);
  },
  "web-dashboard": (_argument, sources, warn) => {
    const given = Object.keys(sources.env).filter((name) => name.startsWith("K6_WEB_DASHBOARD_"));
    const ignored = given.length === 0 ? "" : `, and ${given.join(", ")} with it`;
    warn(
      `there is no web dashboard yet: the output is ignored${ignored}; --summary-export and -o json= keep the results`,
    );
    return undefined;
  },
};

/** What k6 had, or has and we do not: what to use instead. */
const instead: Readonly<Record<string, string>> = {
  kafka: "write -o json=- and pipe it to a Kafka producer",
  statsd: "use -o opentelemetry with a collector that speaks StatsD",
  datadog: "use -o opentelemetry with Datadog's agent, which takes OTLP",
  cloud:
    "Grafana Cloud k6 takes samples of k6 alone; use -o experimental-prometheus-rw to its Prometheus",
};

function unknownOutput(name: string): SinkError {
  const advice = instead[name];
  if (advice !== undefined) {
    return new SinkError("removed_output", `Cannot write to the output "${name}": ${advice}`);
  }
  const known = Object.keys(parsers).join(", ");
  return new SinkError(
    "unknown_output",
    `Cannot write to the output "${name}": there are ${known}`,
  );
}
