import { OriginError } from "./origin-error.ts";

/** What the user of an origin may say; what is left out is as in `originDefaults`. */
export interface OriginOptions {
  /** 0 for any that is free. */
  readonly port?: number | undefined;
  /** Every address of the machine, IPv4 and IPv6, where none is named. */
  readonly hostname?: string | undefined;
  /**
   * A connection on which nothing moves is closed after this, but not while /delay waits; 0 for
   * never.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Longer request bodies get 413. They are counted, not kept, so it costs no memory. */
  readonly maxBodyBytes?: number | undefined;
  /** Gets a line for each answer; without it /health runs no JavaScript. */
  readonly logRequest?: ((line: string) => void) | undefined;
  /** Gets a line for what went wrong on our side. */
  readonly log?: ((line: string) => void) | undefined;
}

/** The options, checked and complete. */
export interface OriginSettings {
  readonly port: number;
  readonly hostname: string | undefined;
  readonly idleTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly logRequest: ((line: string) => void) | undefined;
  readonly log: (line: string) => void;
}

export const originDefaults = {
  port: 8080,
  idleTimeoutMs: 10_000,
  /** 1 TiB. */
  maxBodyBytes: 1_099_511_627_776,
} as const;

/** Completes the options, or throws an OriginError that says which one cannot be. */
export function parseOriginOptions(options: OriginOptions): OriginSettings {
  const { hostname, logRequest, log = () => {} } = options;
  if (hostname === "") {
    throw bad("hostname", '""', "an address of this machine, or nothing for all of them");
  }
  return {
    port: wholeNumber("port", options.port ?? originDefaults.port, 65_535),
    hostname,
    idleTimeoutMs: wholeNumber(
      "idleTimeoutMs",
      options.idleTimeoutMs ?? originDefaults.idleTimeoutMs,
      255_000,
    ),
    maxBodyBytes: wholeNumber(
      "maxBodyBytes",
      options.maxBodyBytes ?? originDefaults.maxBodyBytes,
      Number.MAX_SAFE_INTEGER,
    ),
    logRequest,
    log,
  };
}

function wholeNumber(name: keyof OriginOptions, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw bad(name, `${value}`, `a whole number from 0 to ${max}`);
}

function bad(name: keyof OriginOptions, value: string, wanted: string): OriginError {
  return new OriginError("bad_option", `Cannot use ${name} ${value}: it must be ${wanted}`);
}
