import type { OriginOptions } from "@breakwater/origin";
import { type Place, parseBytes, parseDuration, tryParsePlace, UnitError } from "@breakwater/units";
import { type Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber, workers } from "./run-values.ts";

/** What commander makes of the flags. */
export interface OriginFlags {
  readonly port?: number;
  readonly host?: string;
  readonly addr?: Place;
  readonly tlsPort?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly http3: boolean;
  readonly grpcPort?: number | "off";
  readonly grpcAddr?: Place;
  readonly proxyProtocol?: boolean;
  readonly workers: number | "auto";
  readonly shape?: string;
  readonly accessLog?: true | "text" | "json";
  readonly bufferSize?: number;
  readonly memInterval?: number;
  readonly pprofAddr?: string;
  readonly idleTimeout?: number;
  readonly maxHeaderSize?: number;
  readonly maxHeaders?: number;
  readonly maxBodySize?: number;
  readonly maxConnections?: number;
  readonly maxStreams?: number;
  readonly drainDelay?: number;
  readonly shutdownTimeout?: number;
}

/** Adds the flags, each with its environment variable: BW_ORIGIN_ and its name. */
export function addOriginFlags(command: Command): Command {
  const add = (flags: string, about: string, parse?: (value: string) => unknown): Option => {
    const option = new Option(flags, about);
    option.env(`BW_ORIGIN_${option.name().toUpperCase().replaceAll("-", "_")}`);
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option);
    return option;
  };
  add("-p, --port <number>", "HTTP/1.1 and HTTP/2; 0 for any free port (default: 8080)", port);
  add("--host <address>", "the address to listen on (default: all of this machine's)");
  add("--addr <address>", "both in one, as :8080 or 127.0.0.1:8080", place);
  add("--tls-port <number>", "HTTPS with HTTP/1.1, HTTP/2 and HTTP/3 (UDP)", port);
  add("--tls-cert <file>", "its certificate, PEM (default: one is generated)");
  add("--tls-key <file>", "the certificate's key, PEM");
  add("--no-http3", "no HTTP/3 beside HTTPS");
  add("--grpc-port <number|off>", "gRPC; off for none (default: 50051)", portOrOff);
  add("--grpc-addr <address>", "as --grpc-port, in the form of --addr", place);
  add("--proxy-protocol", "every connection begins with a PROXY protocol header, v1 or v2");
  add("--workers <number|auto>", "processes that share the ports", workers).default("auto");
  add("--shape <shape>", 'done to all answers, as "delay=normal(50,10); error=503:0.01"');
  add("--access-log [format]", "a line for each answer: text or json", logFormat);
  add("--buffer-size <KB>", "what /bin writes at once, 64 to 4096 (default: 1024)", wholeNumber);
  add("--mem-interval <time>", "between two lines about memory; 0 for none (default: 0)", duration);
  add("--pprof-addr <address>", "CPU and heap profiles over HTTP, as localhost:6060");
  add(
    "--idle-timeout <time>",
    "a quiet connection is closed; 0 for never (default: 10s)",
    duration,
  );
  add("--max-header-size <size>", "of a request; 431 beyond (default: 64K)", size);
  add("--max-headers <number>", "of a request; 431 beyond (default: 1000)", wholeNumber);
  add("--max-body-size <size>", "of a request; 413 beyond (default: 1T)", size);
  add("--max-connections <number>", "at once and per worker (default: 262144)", wholeNumber);
  add("--max-streams <number>", "at once on an HTTP/2 connection (default: 256)", wholeNumber);
  add(
    "--drain-delay <time>",
    "/health fails so long before the port closes (default: 0)",
    duration,
  );
  add("--shutdown-timeout <time>", "for requests under way at the end (default: 30s)", duration);
  return command;
}

/** The flags as the origin wants them. */
export function toOriginOptions(flags: OriginFlags): OriginOptions {
  const { addr, grpcAddr, accessLog } = flags;
  return {
    hostname: addr?.hostname ?? flags.host,
    port: addr?.port ?? flags.port,
    tlsPort: flags.tlsPort,
    certificate: flags.tlsCert,
    key: flags.tlsKey,
    http3: flags.http3,
    grpcPort: grpcAddr?.port ?? flags.grpcPort,
    grpcHostname: grpcAddr?.hostname,
    proxyProtocol: flags.proxyProtocol,
    shape: flags.shape,
    accessLog: accessLog === true ? "text" : accessLog,
    bufferKb: flags.bufferSize,
    memoryReportMs: flags.memInterval,
    profilingAddress: flags.pprofAddr,
    idleTimeoutMs: flags.idleTimeout,
    maxHeadBytes: flags.maxHeaderSize,
    maxHeaders: flags.maxHeaders,
    maxBodyBytes: flags.maxBodySize,
    maxConnections: flags.maxConnections,
    maxStreams: flags.maxStreams,
    drainDelayMs: flags.drainDelay,
    graceMs: flags.shutdownTimeout,
  };
}

function port(value: string): number {
  const number = wholeNumber(value);
  if (number <= 65_535) return number;
  throw new InvalidArgumentError(`${value} is no port: they go up to 65535.`);
}

function portOrOff(value: string): number | "off" {
  return value === "off" ? value : port(value);
}

function place(value: string): Place {
  const read = tryParsePlace(value);
  if (read !== undefined) return read;
  throw new InvalidArgumentError(`"${value}" is no address: give HOST:PORT or :PORT.`);
}

function logFormat(value: string): "text" | "json" {
  if (value === "text" || value === "json") return value;
  throw new InvalidArgumentError(`"${value}" is neither text nor json.`);
}

function duration(value: string): number {
  return unit(value, (text) => Math.round(parseDuration(text)));
}

function size(value: string): number {
  return unit(value, parseBytes);
}

function unit(value: string, parse: (value: string) => number): number {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof UnitError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
