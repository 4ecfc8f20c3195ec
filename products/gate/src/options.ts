import { isNetwork } from "@breakwater/service";
import { FieldReader, type Fields, shown } from "./field-reader.ts";
import { GateError } from "./gate-error.ts";
import type { LimitSettings } from "./limit.ts";
import { readLimit } from "./limit-fields.ts";
import type { Rule } from "./rules.ts";
import { readRules } from "./rules-fields.ts";
import type { HealthSettings, UpstreamSettings } from "./upstream/upstream-pool.ts";

/** The options, checked and complete. */
export interface GateSettings {
  readonly listening: ListeningSettings;
  readonly policy: GatePolicy;
}

/** What stays as it is while the gate runs. */
export interface ListeningSettings {
  readonly hostname: string | undefined;
  readonly port: number;
  /** Paths of PEM files; undefined: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly http3: boolean;
  /** Undefined: the default one, or none if that is taken. */
  readonly metricsPort: number | "off" | undefined;
  readonly metricsHost: string;
  readonly maxClients: number;
  readonly maxBodyBytes: number;
  readonly idleTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly graceMs: number;
  /** Addresses and networks (CIDR) whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly accessLog: boolean;
}

/** What a reload changes. */
export interface GatePolicy {
  readonly upstream: UpstreamSettings;
  readonly limit: LimitSettings;
  readonly rules: readonly Rule[];
  /** Per client; undefined: none. */
  readonly rate: RateSettings | undefined;
}

export interface RateSettings {
  readonly limit: number;
  readonly periodMs: number;
  /** How many may come at once after a rest. */
  readonly burst: number;
}

const DAY_MS = 86_400_000;
const MOST = 1_000_000;

/** The flags; a file may have `rules` and `partitions` as well. */
const flagNames = [
  "upstream",
  "port",
  "host",
  "tls-cert",
  "tls-key",
  "http3",
  "max-ccu",
  "utilization",
  "limit",
  "min-limit",
  "max-limit",
  "initial-limit",
  "queue",
  "max-wait",
  "order",
  "observe",
  "bypass",
  "stream",
  "priority",
  "partition",
  "share",
  "rate",
  "rate-burst",
  "trust-proxy",
  "health-path",
  "health-interval",
  "health-timeout",
  "health-failures",
  "health-successes",
  "connect-timeout",
  "timeout",
  "upstream-connections",
  "upstream-host",
  "insecure",
  "metrics-port",
  "metrics-host",
  "max-clients",
  "max-body",
  "idle-timeout",
  "drain-delay",
  "shutdown-timeout",
  "access-log",
] as const;

export type FlagName = (typeof flagNames)[number];

const known: ReadonlySet<string> = new Set<string>([...flagNames, "rules", "partitions"]);

/** Completes what the user said. Throws a GateError with all mistakes, a line each. */
export function parseGateOptions(fields: Fields): GateSettings {
  const reader = new FieldReader(fields);
  for (const name of Object.keys(fields)) {
    if (!known.has(name)) {
      reader.mistakes.push(`Cannot use field ${shown(name)}: the fields are named like the flags`);
    }
  }
  const rules = readRules(reader);
  const settings: GateSettings = {
    listening: readListening(reader),
    policy: {
      upstream: readUpstream(reader),
      limit: readLimit(reader, rules),
      rules,
      rate: readRate(reader),
    },
  };
  refuseLoop(reader, settings);
  if (reader.mistakes.length > 0) throw new GateError("bad_option", reader.mistakes.join("\n"));
  return settings;
}

function readListening(reader: FieldReader): ListeningSettings {
  const certificate = reader.text("tls-cert", "the path of a PEM file");
  const key = reader.text("tls-key", "the path of a PEM file");
  if ((certificate === undefined) !== (key === undefined)) {
    const [one, other] = key === undefined ? ["tls-cert", "tls-key"] : ["tls-key", "tls-cert"];
    reader.mistakes.push(`Cannot use ${one} alone: give ${other}, too`);
  }
  const tls = certificate === undefined || key === undefined ? undefined : { certificate, key };
  const http3 = reader.flag("http3");
  if (http3 && tls === undefined) {
    reader.mistakes.push("Cannot use http3 without TLS: give tls-cert and tls-key, too");
  }
  const isOff = reader.raw("metrics-port") === "off";
  const ports = { min: 0, max: 65_535 };
  const times = { min: 0, max: DAY_MS };
  return {
    hostname: reader.text("host", "an address of this machine"),
    port: reader.whole("port", ports) ?? 8000,
    tls,
    http3,
    metricsPort: isOff ? "off" : reader.whole("metrics-port", ports),
    // What it tells of the service behind is not for everybody.
    metricsHost: reader.text("metrics-host", "an address of this machine") ?? "127.0.0.1",
    maxClients: reader.whole("max-clients", { min: 1, max: MOST }) ?? 65_536,
    maxBodyBytes:
      reader.bytes("max-body", { min: 0, max: Number.MAX_SAFE_INTEGER }) ??
      Number.POSITIVE_INFINITY,
    idleTimeoutMs: reader.duration("idle-timeout", times) ?? 60_000,
    drainDelayMs: reader.duration("drain-delay", times) ?? 0,
    graceMs: reader.duration("shutdown-timeout", times) ?? 30_000,
    trustedProxies: reader.list("trust-proxy", "an address or network: 10.0.0.0/8", (text) =>
      isNetwork(text) ? text : undefined,
    ),
    accessLog: reader.flag("access-log"),
  };
}

function readUpstream(reader: FieldReader): UpstreamSettings {
  const urls = reader.list("upstream", "an address such as http://127.0.0.1:3000", tryOrigin);
  if (reader.raw("upstream") === undefined) {
    reader.mistakes.push(
      "Cannot run without an upstream: give --upstream http://127.0.0.1:3000, or upstream in the file",
    );
  }
  const insecure = reader.flag("insecure");
  const maxConnections = reader.whole("upstream-connections", { min: 1, max: MOST }) ?? 16_384;
  return {
    urls: [...new Set(urls)],
    connection: {
      maxConnections,
      maxIdle: Math.min(1024, maxConnections),
      // Below what servers commonly keep, so that we close first: Node 5 s, nginx 75 s.
      idleTimeoutMs: 4_000,
      connectTimeoutMs: reader.duration("connect-timeout", { min: 1, max: DAY_MS }) ?? 2_000,
      headTimeoutMs: reader.duration("timeout", { min: 0, max: DAY_MS }) ?? 60_000,
      bodyIdleMs: reader.duration("timeout", { min: 0, max: DAY_MS }) ?? 60_000,
      maxHeadBytes: 65_536,
      maxBufferedBytes: 65_536,
      verifyTls: !insecure,
      host: reader.choice("upstream-host", ["client", "upstream"]) ?? "client",
    },
    health: readHealth(reader),
  };
}

/** Reads a URL that is no more than scheme, host and port; as "http://127.0.0.1:3000". */
function tryOrigin(text: string): string | undefined {
  if (!/^https?:\/\/[^/\\?#@\s]+\/?$/i.test(text)) return undefined;
  return URL.parse(text)?.origin;
}

function readHealth(reader: FieldReader): HealthSettings {
  const path = reader.text("health-path", "a path such as /health");
  if (path !== undefined && !/^\/[^/\s#][^\s#]*$/.test(path) && path !== "/") {
    reader.mistake("health-path", path, "a path such as /health");
  }
  const times = { min: 10, max: DAY_MS };
  const counts = { min: 1, max: 1000 };
  return {
    path,
    intervalMs: reader.duration("health-interval", times) ?? 5_000,
    timeoutMs: reader.duration("health-timeout", times) ?? 2_000,
    failures: reader.whole("health-failures", counts) ?? 3,
    successes: reader.whole("health-successes", counts) ?? 2,
    retryMs: 1_000,
    maxRetryMs: 10_000,
  };
}

const periods: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
};

function readRate(reader: FieldReader): RateSettings | undefined {
  const wanted = "a rate such as 10/s, 1000/min or 5000/h";
  const text = reader.text("rate", wanted);
  const burst = reader.whole("rate-burst", { min: 1, max: MOST });
  if (text === undefined) {
    if (burst !== undefined) {
      reader.mistakes.push("Cannot use rate-burst without a rate: give rate, as --rate 1000/min");
    }
    return undefined;
  }
  const [, digits, unit = ""] = /^(\d{1,7})\/(s|min|h)$/.exec(text) ?? [];
  const [limit, periodMs] = [Number(digits), periods[unit]];
  // Browsers ask for a page's parts all at once.
  const usual = Math.max(2, Math.ceil(limit / 10));
  if (periodMs !== undefined && limit >= 1) return { limit, periodMs, burst: burst ?? usual };
  reader.mistake("rate", text, wanted);
  return undefined;
}

/** A gate in front of itself would forward each request to itself. */
function refuseLoop(reader: FieldReader, { listening, policy }: GateSettings): void {
  const { hostname = "localhost", port } = listening;
  const own = new Set(["localhost", "127.0.0.1", "[::1]", hostname]);
  const loop = policy.upstream.urls
    .map((url) => new URL(url))
    .find((url) => {
      const upstreamPort = Number(url.port || (url.protocol === "https:" ? 443 : 80));
      return port !== 0 && upstreamPort === port && own.has(url.hostname);
    });
  if (loop === undefined) return;
  const hint = "give another --port, or the address of the service";
  reader.mistakes.push(
    `Cannot use upstream ${loop.origin}: the gate itself listens there; ${hint}`,
  );
}
