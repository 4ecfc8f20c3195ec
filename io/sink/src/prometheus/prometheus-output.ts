import { MetricError, parseTrendStat } from "@breakwater/metrics";
import type { PostTls } from "../push/post.ts";
import type { TrendStat } from "../series/trend-stat.ts";
import { badSetting, pairs, readers, readSettings, type SettingSources } from "../settings.ts";
import type { AwsKeys } from "./aws-signature.ts";

export interface PrometheusOutput {
  readonly kind: "prometheus";
  /** Without credentials. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: PostTls;
  readonly aws: AwsKeys | undefined;
  readonly pushIntervalMs: number;
  /** Each is a gauge of its own, unless trends are native histograms. */
  readonly trendStats: readonly NamedStat[];
  readonly asNativeHistogram: boolean;
  readonly hasStaleMarkers: boolean;
}

export interface NamedStat {
  /** What the metric's name ends with: "p99" for p(99), "p999" for p(99.9). */
  readonly suffix: string;
  readonly of: TrendStat;
}

const name = "experimental-prometheus-rw";

/** `experimental-prometheus-rw`, its URL as the argument or in the environment; SinkError. */
export function parsePrometheusOutput(
  argument: string,
  sources: SettingSources,
  features: { readonly asNativeHistogram: boolean },
): PrometheusOutput {
  const urlGiven = argument === "" ? {} : { url: argument };
  const given = readSettings(name, settings, { ...sources, argument: urlGiven });
  const url = new URL(given.url ?? "http://localhost:9090/api/v1/write");
  const { username = decodeURIComponent(url.username), bearerToken } = given;
  const password = given.password ?? decodeURIComponent(url.password);
  url.username = "";
  url.password = "";
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    kind: "prometheus",
    url: url.href,
    headers: {
      ...(username !== "" && { Authorization: `Basic ${basic}` }),
      ...given.headers,
      ...separateHeaders(sources.env),
      ...(bearerToken !== undefined && { Authorization: `Bearer ${bearerToken}` }),
    },
    tls: { isInsecure: given.isInsecure ?? false, cert: given.cert, key: given.key },
    aws: awsKeys(given),
    pushIntervalMs: given.pushIntervalMs ?? 5000,
    trendStats: given.trendStats ?? [readTrendStat("p(99)")],
    asNativeHistogram: given.asNativeHistogram ?? features.asNativeHistogram,
    hasStaleMarkers: given.hasStaleMarkers ?? false,
  };
}

const env = (rest: string) => `K6_PROMETHEUS_RW_${rest}`;

const settings = {
  url: { env: env("SERVER_URL"), key: "url", read: readers.url },
  username: { env: env("USERNAME"), key: "username", read: readers.text },
  password: { env: env("PASSWORD"), key: "password", read: readers.text },
  bearerToken: { env: env("BEARER_TOKEN"), key: "bearerToken", read: readers.text },
  headers: { env: env("HTTP_HEADERS"), read: (text: string) => pairs(text, ":") },
  isInsecure: {
    env: env("INSECURE_SKIP_TLS_VERIFY"),
    key: "insecureSkipTLSVerify",
    read: readers.flag,
  },
  cert: { env: env("CLIENT_CERTIFICATE"), key: "clientCertificate", read: readers.pem },
  key: { env: env("CLIENT_CERTIFICATE_KEY"), key: "clientCertificateKey", read: readers.pem },
  pushIntervalMs: { env: env("PUSH_INTERVAL"), key: "pushInterval", read: readers.duration },
  trendStats: {
    env: env("TREND_STATS"),
    key: "trendStats",
    read: (text: string) => readers.list(text).map(readTrendStat),
  },
  asNativeHistogram: {
    env: env("TREND_AS_NATIVE_HISTOGRAM"),
    key: "trendAsNativeHistogram",
    read: readers.flag,
  },
  hasStaleMarkers: { env: env("STALE_MARKERS"), key: "staleMarkers", read: readers.flag },
  awsRegion: { env: env("SIGV4_REGION"), key: "sigV4Region", read: readers.text },
  awsAccessKey: { env: env("SIGV4_ACCESS_KEY"), key: "sigV4AccessKey", read: readers.text },
  awsSecretKey: { env: env("SIGV4_SECRET_KEY"), key: "sigV4SecretKey", read: readers.text },
} as const;

function readTrendStat(text: string): NamedStat {
  if (text === "sum") return { suffix: "sum", of: { kind: "sum" } };
  try {
    const of = parseTrendStat(text);
    const digits = /^p\((.*)\)$/.exec(text)?.[1]?.replaceAll(".", "");
    return { suffix: digits === undefined ? text : `p${digits}`, of };
  } catch (error) {
    if (!(error instanceof MetricError)) throw error;
    throw new RangeError("each must be avg, min, med, max, count, sum or p(0) to p(100)");
  }
}

/** `K6_PROMETHEUS_RW_HEADERS_<name>=<value>`, one for each header. */
function separateHeaders(variables: SettingSources["env"]): Record<string, string> {
  const prefix = env("HEADERS_");
  const set = Object.entries(variables).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(set.map(([key, value]) => [key.slice(prefix.length), value ?? ""]));
}

function awsKeys(given: {
  readonly awsRegion: string | undefined;
  readonly awsAccessKey: string | undefined;
  readonly awsSecretKey: string | undefined;
}): AwsKeys | undefined {
  const { awsRegion: region, awsAccessKey: accessKey, awsSecretKey: secretKey } = given;
  if (region && accessKey && secretKey) return { region, accessKey, secretKey };
  if (!region && !accessKey && !secretKey) return undefined;
  const text = [region && "REGION", accessKey && "ACCESS_KEY", secretKey && "SECRET_KEY"]
    .filter(Boolean)
    .join(", ");
  const why = "set all of REGION, ACCESS_KEY and SECRET_KEY, or none";
  throw badSetting(name, { name: env("SIGV4_…"), text }, why);
}
