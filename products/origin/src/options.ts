import type { ServerLimits } from "@breakwater/http-server";
import { type Place, tryParsePlace } from "@breakwater/units";
import { OriginError } from "./origin-error.ts";
import { ParameterError } from "./parameter.ts";
import { parseShape } from "./shape/shape.ts";

/** What the user of an origin may say; what is left out is as in `originDefaults`. */
export interface OriginOptions {
  /** Every address of the machine, IPv4 and IPv6, where none is named. */
  readonly hostname?: string | undefined;
  /** HTTP/1.1 and HTTP/2 with prior knowledge; 0 for any that is free. */
  readonly port?: number | undefined;
  /** HTTPS with HTTP/1.1, HTTP/2 and, on UDP, HTTP/3; none if left out. */
  readonly tlsPort?: number | undefined;
  /** Paths of PEM files: a certificate (chain) and its key. One is generated if left out. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly http3?: boolean | undefined;
  /** 0 for any that is free, "off" for none. Left out: 50051, or none where that is taken. */
  readonly grpcPort?: number | "off" | undefined;
  /** As `hostname` if left out. */
  readonly grpcHostname?: string | undefined;
  /** Where profiles can be had, as "localhost:6060" or ":6060"; nowhere if left out. */
  readonly profilingAddress?: string | undefined;
  /** Every connection begins with a PROXY protocol header. */
  readonly proxyProtocol?: boolean | undefined;
  /** What /bin writes at once, in KiB: 64 to 4096. */
  readonly bufferKb?: number | undefined;
  /** What is done to all answers, as "delay=normal(50,10); error=503:0.01". */
  readonly shape?: string | undefined;
  readonly accessLog?: "off" | "text" | "json" | undefined;
  /** Between two lines about memory; 0 for none. */
  readonly memoryReportMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
  readonly maxHeadBytes?: number | undefined;
  readonly maxHeaders?: number | undefined;
  readonly maxBodyBytes?: number | undefined;
  readonly maxConnections?: number | undefined;
  readonly maxStreams?: number | undefined;
  /** From the stop signal until the port closes, while /health says 503: a balancer's time. */
  readonly drainDelayMs?: number | undefined;
  /** How long requests in flight may take after that. */
  readonly graceMs?: number | undefined;
}

/** The options, checked and complete. Goes to worker processes as JSON. */
export interface OriginSettings {
  readonly hostname: string | undefined;
  readonly port: number;
  readonly tls: TlsSettings | undefined;
  readonly grpc: GrpcSettings | undefined;
  readonly profiling: Place | undefined;
  readonly proxyProtocol: boolean;
  /** Several processes listen on the same ports. */
  readonly reusePort: boolean;
  readonly bufferBytes: number;
  readonly shape: string;
  readonly accessLog: "off" | "text" | "json";
  readonly memoryReportMs: number;
  readonly limits: ServerLimits;
  readonly drainDelayMs: number;
  readonly graceMs: number;
}

export interface TlsSettings {
  readonly port: number;
  readonly http3: boolean;
  /** Paths of PEM files; undefined: to be generated. */
  readonly files: { readonly certificate: string; readonly key: string } | undefined;
}

export interface GrpcSettings {
  readonly hostname: string | undefined;
  readonly port: number;
  /** Not by default: that it is taken is an error then. */
  readonly isAskedFor: boolean;
}

export const originDefaults = {
  port: 8080,
  grpcPort: 50_051,
  /** The seed's 256 are per connection; this is one buffer for all. */
  bufferKb: 1024,
  memoryReportMs: 0,
  idleTimeoutMs: 10_000,
  maxHeadBytes: 65_536,
  maxHeaders: 1000,
  /** 1 TiB: bodies are counted, not kept. */
  maxBodyBytes: 1_099_511_627_776,
  maxConnections: 262_144,
  maxStreams: 256,
  drainDelayMs: 0,
  graceMs: 30_000,
} as const;

/** A client that does not read holds back so much at most, per connection, beside the kernel's. */
const MAX_UNSENT_BYTES = 1_048_576;
const MAX_WAIT_MS = 86_400_000;

/** Completes the options, or throws an OriginError that says which one cannot be. */
export function parseOriginOptions(options: OriginOptions): OriginSettings {
  const { hostname, shape = "", accessLog = "off" } = options;
  if (hostname === "") {
    throw bad("hostname", '""', "an address of this machine, or nothing for all of them");
  }
  assertShape(shape);
  return {
    hostname,
    port: number("port", options, { max: 65_535 }),
    tls: toTls(options),
    grpc: toGrpc(options),
    profiling: toPlace(options.profilingAddress),
    proxyProtocol: options.proxyProtocol ?? false,
    reusePort: false,
    bufferBytes: number("bufferKb", options, { min: 64, max: 4096 }) * 1024,
    shape,
    accessLog,
    memoryReportMs: number("memoryReportMs", options, { max: MAX_WAIT_MS }),
    limits: {
      idleTimeoutMs: number("idleTimeoutMs", options, { max: MAX_WAIT_MS }),
      maxHeadBytes: number("maxHeadBytes", options, { min: 256, max: 2 ** 24 }),
      maxHeaders: number("maxHeaders", options, { min: 1, max: 100_000 }),
      maxBodyBytes: number("maxBodyBytes", options, { max: Number.MAX_SAFE_INTEGER }),
      maxConnections: number("maxConnections", options, { min: 1, max: 10_000_000 }),
      maxStreams: number("maxStreams", options, { min: 1, max: 65_536 }),
      maxUnsentBytes: MAX_UNSENT_BYTES,
    },
    drainDelayMs: number("drainDelayMs", options, { max: MAX_WAIT_MS }),
    graceMs: number("graceMs", options, { max: MAX_WAIT_MS }),
  };
}

/** The text goes on to where it is used; here it is only seen to be right. */
function assertShape(shape: string): void {
  try {
    parseShape(shape);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new OriginError("bad_option", error.message);
  }
}

function toTls({
  tlsPort,
  certificate,
  key,
  http3 = true,
}: OriginOptions): TlsSettings | undefined {
  if ((certificate === undefined) !== (key === undefined)) {
    throw new OriginError(
      "bad_option",
      "Cannot use a certificate without its key, nor a key without its certificate: name both files, or none to have one generated",
    );
  }
  if (tlsPort === undefined) {
    if (certificate === undefined) return undefined;
    throw new OriginError(
      "bad_option",
      "Cannot use a certificate without a port for TLS: name one with tlsPort",
    );
  }
  const files = certificate === undefined || key === undefined ? undefined : { certificate, key };
  return { port: number("tlsPort", { tlsPort }, { max: 65_535 }), http3, files };
}

function toGrpc({
  grpcPort,
  hostname,
  grpcHostname = hostname,
}: OriginOptions): GrpcSettings | undefined {
  if (grpcPort === "off") return undefined;
  return {
    hostname: grpcHostname,
    port: number("grpcPort", { grpcPort }, { max: 65_535 }),
    isAskedFor: grpcPort !== undefined,
  };
}

function toPlace(text: string | undefined): Place | undefined {
  if (text === undefined || text === "") return undefined;
  const place = tryParsePlace(text);
  if (place !== undefined) return place;
  throw new OriginError(
    "bad_option",
    `Cannot listen on "${text}": give HOST:PORT or :PORT, as localhost:6060`,
  );
}

type NumberName = Exclude<keyof typeof originDefaults, "grpcPort"> | "grpcPort" | "tlsPort";

function number(
  name: NumberName,
  options: OriginOptions,
  { min = 0, max }: { readonly min?: number; readonly max: number },
): number {
  const value = options[name] ?? (name === "tlsPort" ? undefined : originDefaults[name]);
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw bad(name, `${value}`, `a whole number from ${min} to ${max}`);
}

function bad(name: keyof OriginOptions, value: string, wanted: string): OriginError {
  return new OriginError("bad_option", `Cannot use ${name} ${value}: it must be ${wanted}`);
}
