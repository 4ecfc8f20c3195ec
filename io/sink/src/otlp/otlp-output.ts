import type { PostTls } from "../push/post.ts";
import { pairs, readers, readSettings, type SettingSources } from "../settings.ts";

export interface OtlpOutput {
  readonly kind: "opentelemetry";
  readonly protocol: OtlpProtocol;
  /** host:port for grpc, a URL for http/protobuf. */
  readonly endpoint: string;
  /** gRPC without TLS; an http URL says so itself. */
  readonly isPlain: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: PostTls;
  readonly exportIntervalMs: number;
  readonly metricPrefix: string;
  /** What the metrics are of: service.name and the like. */
  readonly resource: Readonly<Record<string, string>>;
}

export type OtlpProtocol = "grpc" | "http/protobuf";

/** Version of k6 that the service is said to be unless K6_OTEL_SERVICE_VERSION is set. */
const SERVICE_VERSION = "2.2.0";

/** `opentelemetry`: all of it is in the environment or the config file. Throws a SinkError. */
export function parseOtlpOutput(sources: SettingSources): OtlpOutput {
  const given = readSettings("opentelemetry", settings, sources);
  const protocol = given.protocol ?? "grpc";
  const isPlain = (protocol === "grpc" ? given.isGrpcPlain : given.isHttpPlain) ?? false;
  const host = given.httpEndpoint ?? "localhost:4318";
  const url = `${isPlain ? "http" : "https"}://${host}${given.httpPath ?? "/v1/metrics"}`;
  const { username, password = "" } = given;
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    kind: "opentelemetry",
    protocol,
    endpoint: protocol === "grpc" ? (given.grpcEndpoint ?? "localhost:4317") : url,
    isPlain,
    headers: {
      ...given.headers,
      ...(username !== undefined && { Authorization: `Basic ${basic}` }),
    },
    tls: {
      isInsecure: given.isInsecure ?? false,
      ca: given.ca,
      cert: given.cert,
      key: given.key,
    },
    exportIntervalMs: given.exportIntervalMs ?? 10_000,
    metricPrefix: given.metricPrefix ?? "",
    resource: {
      ...given.resource,
      "service.name": given.serviceName ?? sources.env.OTEL_SERVICE_NAME ?? "k6",
      "service.version": given.serviceVersion ?? SERVICE_VERSION,
    },
  };
}

const env = (rest: string) => `K6_OTEL_${rest}`;

const settings = {
  serviceName: { env: env("SERVICE_NAME"), key: "serviceName", read: readers.text },
  serviceVersion: { env: env("SERVICE_VERSION"), key: "serviceVersion", read: readers.text },
  metricPrefix: { env: env("METRIC_PREFIX"), key: "metricPrefix", read: readers.text },
  /** Read for its mistakes alone: samples are folded at once. */
  flushIntervalMs: { env: env("FLUSH_INTERVAL"), key: "flushInterval", read: readers.duration },
  protocol: {
    env: env("EXPORTER_PROTOCOL"),
    key: "exporterProtocol",
    read: (text: string): OtlpProtocol => {
      if (text === "grpc" || text === "http/protobuf") return text;
      throw new RangeError("it must be grpc or http/protobuf");
    },
  },
  exportIntervalMs: { env: env("EXPORT_INTERVAL"), key: "exportInterval", read: readers.duration },
  headers: {
    env: env("HEADERS"),
    key: "headers",
    read: (text: string) => pairs(text, "=", decodeURIComponent),
  },
  isInsecure: {
    env: env("TLS_INSECURE_SKIP_VERIFY"),
    key: "tlsInsecureSkipVerify",
    read: readers.flag,
  },
  ca: { env: env("TLS_CERTIFICATE"), key: "tlsCertificate", read: readers.pem },
  cert: { env: env("TLS_CLIENT_CERTIFICATE"), key: "tlsClientCertificate", read: readers.pem },
  key: { env: env("TLS_CLIENT_KEY"), key: "tlsClientKey", read: readers.pem },
  isHttpPlain: {
    env: env("HTTP_EXPORTER_INSECURE"),
    key: "httpExporterInsecure",
    read: readers.flag,
  },
  httpEndpoint: {
    env: env("HTTP_EXPORTER_ENDPOINT"),
    key: "httpExporterEndpoint",
    read: readHost,
  },
  httpPath: {
    env: env("HTTP_EXPORTER_URL_PATH"),
    key: "httpExporterURLPath",
    read: (text: string) => (text.startsWith("/") ? text : `/${text}`),
  },
  username: { env: env("HTTP_EXPORTER_USERNAME"), key: "username", read: readers.text },
  password: { env: env("HTTP_EXPORTER_PASSWORD"), key: "password", read: readers.text },
  isGrpcPlain: {
    env: env("GRPC_EXPORTER_INSECURE"),
    key: "grpcExporterInsecure",
    read: readers.flag,
  },
  grpcEndpoint: {
    env: env("GRPC_EXPORTER_ENDPOINT"),
    key: "grpcExporterEndpoint",
    read: readHost,
  },
  resource: {
    env: "OTEL_RESOURCE_ATTRIBUTES",
    read: (text: string) => pairs(text, "=", decodeURIComponent),
  },
} as const;

function readHost(text: string): string {
  if (!text.includes("/")) return text;
  throw new RangeError("it must be host:port, without http:// and without a path");
}
