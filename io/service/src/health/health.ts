import type { CancelTimer, Clock } from "@breakwater/clock";
import type { Call, CallHandler } from "../call.ts";
import type { Logger } from "../log/service-log.ts";
import { checkWhole, ServiceError } from "../service-error.ts";

export interface HealthCheck {
  /** As /ready shows it: "database". */
  readonly name: string;
  /** Throws or rejects if what it looks at is down. The signal is aborted when time is over. */
  readonly check: (signal: AbortSignal) => void | Promise<void>;
  /** 5 s if left out; 2 s is good for a database. */
  readonly timeoutMs?: number;
  /** False: it is shown, but the service is ready without it. */
  readonly isRequired?: boolean;
}

/**
 * Takes a service out of its balancer while it is loaded. Off by default: under an overload of all
 * instances that takes them out one after the other.
 */
export interface LoadReadiness {
  /** 0 to 1, or above: how loaded it is. */
  readonly read: () => number;
  /** Not ready from there on, until it is below `readyBelow`. */
  readonly unreadyFrom: number;
  readonly readyBelow: number;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly service: string;
  readonly checks: readonly HealthCheck[];
  readonly logger: Logger;
  readonly load?: LoadReadiness | undefined;
}

export interface Health {
  /** 200 as long as the process can answer at all: never depends on load, checks or draining. */
  readonly live: CallHandler;
  /** 200 {status: "healthy", service, timestamp}: the same for those who show it. */
  readonly health: CallHandler;
  /** 200 or 503 {ready, checks}: not draining, and all that is required is up. */
  readonly ready: CallHandler;
  /** From now on it is not ready. */
  drain(): void;
}

interface CheckResult {
  readonly status: "up" | "down";
  readonly ms: number;
  /** For whoever asks, so nothing of the error itself: that is logged. */
  readonly error?: string;
}

const CHECK_TIMEOUT_MS = 5000;
/** Probes within that time get the same answer: asking is no way to load a database. */
const KEPT_MS = 1000;

/**
 * Whether a service lives and whether it should be asked, for balancers and Kubernetes. Throws
 * ServiceError.
 */
export function health(options: HealthOptions): Health {
  const { clock, service, load } = options;
  checkOptions(options);
  const checks = options.checks.map((check) => new Check(check, options));
  let isDraining: boolean = false;
  let isOverloaded: boolean = false;
  let kept:
    | { readonly untilMs: number; readonly results: Promise<[Check, CheckResult][]> }
    | undefined;

  const results = (): Promise<[Check, CheckResult][]> => {
    const nowMs = clock.nowMs();
    if (kept !== undefined && nowMs < kept.untilMs) return kept.results;
    const asked = Promise.all(
      checks.map(async (check): Promise<[Check, CheckResult]> => [check, await check.result()]),
    );
    kept = { untilMs: Number.POSITIVE_INFINITY, results: asked };
    void asked.then(() => {
      kept = { untilMs: clock.nowMs() + KEPT_MS, results: asked };
    });
    return asked;
  };
  const serverResult = (): CheckResult => {
    if (load !== undefined) {
      isOverloaded = load.read() >= (isOverloaded ? load.readyBelow : load.unreadyFrom);
    }
    if (isDraining) return { status: "down", ms: 0, error: "draining" };
    return isOverloaded ? { status: "down", ms: 0, error: "overloaded" } : { status: "up", ms: 0 };
  };
  const timestamp = (): string => new Date().toISOString();

  return {
    live: (call) => respond(call, 200, { status: "up", timestamp: timestamp() }),
    health: (call) => respond(call, 200, { status: "healthy", service, timestamp: timestamp() }),
    ready: async (call) => {
      // Balancers must hear of that at once, whatever a check waits for.
      const all = isDraining || checks.length === 0 ? [] : await results();
      const server = serverResult();
      const isUp = all.every(([{ isRequired }, { status }]) => !isRequired || status === "up");
      const ready = isUp && server.status === "up";
      const shown = all.map(([{ name }, result]) => [name, result] as const);
      respond(call, ready ? 200 : 503, {
        ready,
        checks: { [SERVER]: server, ...Object.fromEntries(shown) },
      });
    },
    drain: () => {
      isDraining = true;
    },
  };
}

/** What the service itself is called among its checks. */
const SERVER = "server";
const HOUR_MS = 3_600_000;

function checkOptions({ checks, load }: HealthOptions): void {
  const names = new Set([SERVER]);
  for (const { name, timeoutMs = CHECK_TIMEOUT_MS } of checks) {
    if (names.has(name)) {
      throw new ServiceError("bad_option", `Cannot name a health check "${name}": use a name once`);
    }
    names.add(name);
    checkWhole(`the time limit of check ${name}`, timeoutMs, 1, HOUR_MS);
  }
  if (load === undefined || load.readyBelow <= load.unreadyFrom) return;
  const hint = `use at most ${load.unreadyFrom}`;
  throw new ServiceError("bad_option", `Cannot be ready again below ${load.readyBelow}: ${hint}`);
}

/** One check, which is never run twice at a time: one that hangs does not pile up. */
class Check {
  readonly name: string;
  readonly isRequired: boolean;
  readonly #check: HealthCheck["check"];
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #isRunning: boolean = false;
  #wasUp: boolean = true;

  constructor(
    { name, check, timeoutMs = CHECK_TIMEOUT_MS, isRequired = true }: HealthCheck,
    { clock, logger }: HealthOptions,
  ) {
    this.name = name;
    this.isRequired = isRequired;
    this.#check = check;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#logger = logger;
  }

  async result(): Promise<CheckResult> {
    const startMs = this.#clock.nowMs();
    const error = this.#isRunning ? new TimeOver("it still hangs") : await this.#run();
    const ms = Math.round((this.#clock.nowMs() - startMs) * 100) / 100;
    this.#tell(error);
    if (error === undefined) return { status: "up", ms };
    return { status: "down", ms, error: error instanceof TimeOver ? error.message : "failed" };
  }

  /** Answers what was wrong, if something was. */
  async #run(): Promise<Error | undefined> {
    const over = new AbortController();
    const timeout = Promise.withResolvers<Error>();
    const cancel: CancelTimer = this.#clock.at(this.#clock.nowMs() + this.#timeoutMs, () => {
      const error = new TimeOver(`no answer within ${this.#timeoutMs} ms`);
      over.abort(error);
      timeout.resolve(error);
    });
    const done = this.#ask(over.signal);
    const error = await Promise.race([done, timeout.promise]);
    cancel();
    return error;
  }

  async #ask(signal: AbortSignal): Promise<Error | undefined> {
    this.#isRunning = true;
    try {
      await this.#check(signal);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#isRunning = false;
    }
  }

  /** Only changes: probes come every few seconds. */
  #tell(error: Error | undefined): void {
    const isUp = error === undefined;
    if (isUp === this.#wasUp) return;
    this.#wasUp = isUp;
    if (isUp) this.#logger.info({ check: this.name }, "Health check is up again");
    else this.#logger.error({ check: this.name, err: error }, "Health check failed");
  }
}

class TimeOver extends Error {}

function respond(call: Call, status: number, value: unknown): void {
  call.respond({ status, fields: jsonFields, body: JSON.stringify(value) });
}

const jsonFields = [
  ["content-type", "application/json"],
  ["cache-control", "no-store"],
] as const;
