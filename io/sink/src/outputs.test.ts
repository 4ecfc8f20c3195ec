import { expect, test } from "bun:test";
import { join } from "node:path";
import { parseOutputs } from "./outputs.ts";
import { SinkError } from "./sink-error.ts";

const systemTags = ["method", "status"];

const parse = (spec: string, env: Record<string, string> = {}, collectors = {}) =>
  parseOutputs([spec], { env, collectors, systemTags });

const sample = (spec: string, env = {}, collectors = {}) =>
  parse(spec, env, collectors).outputs.samples[0];

const series = (spec: string, env = {}, collectors = {}) =>
  parse(spec, env, collectors).outputs.series[0];

test("several outputs are opened, files each with their own path", () => {
  const { outputs, warnings } = parseOutputs(
    ["json=a=b.json", "json", "csv", "experimental-prometheus-rw", "opentelemetry"],
    { env: {}, systemTags },
  );
  expect(outputs.samples.map((output) => "path" in output && output.path)).toEqual([
    "a=b.json",
    "-",
    "file.csv",
  ]);
  expect(outputs.series.map(({ kind }) => kind)).toEqual(["prometheus", "opentelemetry"]);
  expect(warnings).toEqual([]);
  expect(JSON.parse(JSON.stringify(outputs.samples))).toEqual(outputs.samples);
});

test("csv: the argument wins over the environment, and that over the config file", () => {
  const env = { K6_CSV_FILENAME: "env.csv", K6_CSV_SAVE_INTERVAL: "2s" };
  const file = { csv: { save_interval: "9s", time_format: "unix_nano" } };
  expect(sample("csv=fileName=arg.csv", env, file)).toEqual({
    kind: "csv",
    path: "arg.csv",
    saveIntervalMs: 2000,
    timeFormat: "unix_nano",
    columns: ["method", "status"],
    ignored: expect.arrayContaining(["url", "ip", "ocsp_status", "check"]),
  });
});

test("influxdb: its URL says all", () => {
  const url =
    "https://me:p%40ss@db:1234/my%20db?insecure=true&pushInterval=3s&concurrentWrites=2&precision=ns&retention=r&consistency=all&payload_size=100&tagsAsFields=vu:int&tagsAsFields=url";
  const env = { K6_INFLUXDB_DB: "other", K6_INFLUXDB_PROXY: "http://proxy:3128" };
  expect(sample(`influxdb=${url}`, env)).toEqual({
    kind: "influxdb",
    address: "https://db:1234",
    database: "my db",
    username: "me",
    password: "p@ss",
    tls: { isInsecure: true },
    proxy: "http://proxy:3128",
    pushIntervalMs: 3000,
    concurrentWrites: 2,
    payloadBytes: 100,
    precision: "n",
    retention: "r",
    consistency: "all",
    fields: { vu: "int", url: "string" },
  });
});

test("influxdb: the config file of k6's examples is understood", () => {
  const file = { influxdb: { tagsAsFields: ["vu:int", "iter:int", "url"], addr: "http://x:1/" } };
  expect(sample("influxdb", {}, file)).toMatchObject({
    address: "http://x:1",
    database: "k6",
    fields: { vu: "int", iter: "int", url: "string" },
  });
});

const certificate = join(import.meta.dir, "testing", "not-a-certificate.pem");

test("prometheus: all settings of the environment", () => {
  const env = {
    K6_PROMETHEUS_RW_SERVER_URL: "https://u:p@host/api/v1/write",
    K6_PROMETHEUS_RW_HTTP_HEADERS: "X-Scope-OrgID:me,X-Other:1:2",
    "K6_PROMETHEUS_RW_HEADERS_X-Third": "3",
    K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY: "true",
    K6_PROMETHEUS_RW_CLIENT_CERTIFICATE: certificate,
    K6_PROMETHEUS_RW_CLIENT_CERTIFICATE_KEY: certificate,
    K6_PROMETHEUS_RW_PUSH_INTERVAL: "1m",
    K6_PROMETHEUS_RW_TREND_STATS: "p(99.9), count,sum",
    K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: "true",
    K6_PROMETHEUS_RW_STALE_MARKERS: "1",
    K6_PROMETHEUS_RW_SIGV4_REGION: "eu",
    K6_PROMETHEUS_RW_SIGV4_ACCESS_KEY: "a",
    K6_PROMETHEUS_RW_SIGV4_SECRET_KEY: "s",
  };
  expect(series("experimental-prometheus-rw", env)).toEqual({
    kind: "prometheus",
    url: "https://host/api/v1/write",
    headers: {
      Authorization: `Basic ${btoa("u:p")}`,
      "X-Scope-OrgID": "me",
      "X-Other": "1:2",
      "X-Third": "3",
    },
    tls: { isInsecure: true, cert: "nothing secret\n", key: "nothing secret\n" },
    aws: { region: "eu", accessKey: "a", secretKey: "s" },
    pushIntervalMs: 60_000,
    trendStats: [
      { suffix: "p999", of: { kind: "percentile", percent: 99.9 } },
      { suffix: "count", of: { kind: "count" } },
      { suffix: "sum", of: { kind: "sum" } },
    ],
    asNativeHistogram: true,
    hasStaleMarkers: true,
  });
});

test("prometheus: a bearer token stands before a password, and k6's feature is heard", () => {
  const env = {
    K6_PROMETHEUS_RW_USERNAME: "u",
    K6_PROMETHEUS_RW_PASSWORD: "p",
    K6_PROMETHEUS_RW_BEARER_TOKEN: "t",
  };
  const features = ["native-histograms"];
  const specs = ["experimental-prometheus-rw=http://other:9090/write"];
  const { outputs } = parseOutputs(specs, { env, systemTags, features });
  expect(outputs.series[0]).toMatchObject({
    url: "http://other:9090/write",
    headers: { Authorization: "Bearer t" },
    asNativeHistogram: true,
    pushIntervalMs: 5000,
  });
});

test("opentelemetry: gRPC by default, and all settings of the environment", () => {
  expect(series("opentelemetry")).toEqual({
    kind: "opentelemetry",
    protocol: "grpc",
    endpoint: "localhost:4317",
    isPlain: false,
    headers: {},
    tls: { isInsecure: false },
    exportIntervalMs: 10_000,
    metricPrefix: "",
    resource: { "service.name": "k6", "service.version": "2.2.0" },
  });
  const env = {
    OTEL_SERVICE_NAME: "not this",
    OTEL_RESOURCE_ATTRIBUTES: "team=a%20b,stage=x",
    K6_OTEL_SERVICE_NAME: "mine",
    K6_OTEL_SERVICE_VERSION: "1",
    K6_OTEL_EXPORTER_PROTOCOL: "http/protobuf",
    K6_OTEL_HTTP_EXPORTER_ENDPOINT: "collector:80",
    K6_OTEL_HTTP_EXPORTER_URL_PATH: "v2",
    K6_OTEL_HTTP_EXPORTER_INSECURE: "true",
    K6_OTEL_HTTP_EXPORTER_USERNAME: "u",
    K6_OTEL_HTTP_EXPORTER_PASSWORD: "p",
    K6_OTEL_HEADERS: "a=b%2Cc,d=e",
    K6_OTEL_EXPORT_INTERVAL: "1s",
    K6_OTEL_FLUSH_INTERVAL: "100ms",
    K6_OTEL_METRIC_PREFIX: "k6.",
    K6_OTEL_TLS_INSECURE_SKIP_VERIFY: "true",
    K6_OTEL_TLS_CERTIFICATE: certificate,
  };
  expect(series("opentelemetry", env)).toEqual({
    kind: "opentelemetry",
    protocol: "http/protobuf",
    endpoint: "http://collector:80/v2",
    isPlain: true,
    headers: { a: "b,c", d: "e", Authorization: `Basic ${btoa("u:p")}` },
    tls: { isInsecure: true, ca: "nothing secret\n" },
    exportIntervalMs: 1000,
    metricPrefix: "k6.",
    resource: { team: "a b", stage: "x", "service.name": "mine", "service.version": "1" },
  });
});

test("the old name of opentelemetry works, with a word about it", () => {
  const { outputs, warnings } = parse("experimental-opentelemetry");
  expect(outputs.series[0]?.kind).toBe("opentelemetry");
  expect(warnings).toEqual([
    "the output experimental-opentelemetry is now called opentelemetry: use that name",
  ]);
});

test("the web dashboard opens nothing, and says which settings that concerns", () => {
  const { outputs, warnings } = parse("web-dashboard=port=1", { K6_WEB_DASHBOARD_PORT: "5665" });
  expect(outputs).toEqual({ samples: [], series: [] });
  expect(warnings).toEqual([
    "there is no web dashboard yet: the output is ignored, and K6_WEB_DASHBOARD_PORT with it; --summary-export and -o json= keep the results",
  ]);
});

const known =
  "json, csv, influxdb, experimental-prometheus-rw, opentelemetry, experimental-opentelemetry, web-dashboard";

test.each([
  ["prometheus", {}, `Cannot write to the output "prometheus": there are ${known}`],
  ["kafka", {}, 'Cannot write to the output "kafka": write -o json=- and pipe it'],
  ["statsd=x", {}, 'Cannot write to the output "statsd": use -o opentelemetry'],
  ["datadog", {}, 'Cannot write to the output "datadog": use -o opentelemetry'],
  ["cloud", {}, 'Cannot write to the output "cloud": Grafana Cloud'],
  ["csv=a.csv,b=c", {}, 'Cannot use "a.csv" as the argument of the output csv: give a file, or'],
  ["csv", { K6_CSV_TIME_FORMAT: "iso" }, 'Cannot use "iso" as K6_CSV_TIME_FORMAT of the output'],
  ["csv", { K6_CSV_SAVE_INTERVAL: "soon" }, 'Cannot use "soon" as K6_CSV_SAVE_INTERVAL'],
  ["csv", { K6_CSV_SAVE_INTERVAL: "0" }, "it must be longer than 0"],
  ["influxdb=nowhere", {}, "give a URL such as http://localhost:8086/k6"],
  [
    "influxdb=http://h/db?x=1",
    {},
    'Cannot use "x" as the argument of the output influxdb: the query',
  ],
  ["influxdb=ftp://h/db", {}, "http://, https:// or udp://"],
  ["influxdb", { K6_INFLUXDB_CONCURRENT_WRITES: "0" }, "it must be a whole number above 0"],
  ["influxdb", { K6_INFLUXDB_TAGS_AS_FIELDS: "vu:long" }, '"vu:long" must end with string, bool'],
  ["influxdb", { K6_INFLUXDB_TAGS_AS_FIELDS: "vu,vu:int" }, '"vu" is there twice'],
  ["influxdb", { K6_INFLUXDB_PRECISION: "d" }, "it must be one of n, u, ms, s, m, h"],
  ["influxdb", { K6_INFLUXDB_INSECURE: "maybe" }, "it must be true or false"],
  ["experimental-prometheus-rw=x", {}, 'Cannot use "x" as url of the output'],
  ["experimental-prometheus-rw", { K6_PROMETHEUS_RW_TREND_STATS: "p(101)" }, "p(0) to p(100)"],
  ["experimental-prometheus-rw", { K6_PROMETHEUS_RW_HTTP_HEADERS: "x" }, "name:value"],
  [
    "experimental-prometheus-rw",
    { K6_PROMETHEUS_RW_CLIENT_CERTIFICATE: "/nowhere.pem" },
    "there is no such file",
  ],
  [
    "experimental-prometheus-rw",
    { K6_PROMETHEUS_RW_SIGV4_REGION: "eu" },
    "set all of REGION, ACCESS_KEY and SECRET_KEY, or none",
  ],
  ["opentelemetry", { K6_OTEL_EXPORTER_PROTOCOL: "http/json" }, "it must be grpc or http/protobuf"],
  ["opentelemetry", { K6_OTEL_GRPC_EXPORTER_ENDPOINT: "http://h:1" }, "it must be host:port"],
  ["opentelemetry", { K6_OTEL_HEADERS: "a" }, "name=value"],
])("%s with %j is refused", (spec, env, message) => {
  const refused = () => parse(spec, env);
  expect(refused).toThrow(SinkError);
  expect(refused).toThrow(message);
});
