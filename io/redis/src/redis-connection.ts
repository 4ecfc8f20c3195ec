import type { CancelTimer, Clock } from "@breakwater/clock";
import { RedisClient } from "bun";
import { RedisError } from "./redis-error.ts";

export interface RedisOptions {
  /** "redis://user:password@host:6379/0", rediss:// with TLS, redis+unix:///path/to/socket. */
  readonly url: string;
  readonly clock: Clock;
  /** Of connecting, and of each command. Who is slower is taken to be down. */
  readonly timeoutMs: number;
  /** How many commands may wait for their answer, or for the first connection. */
  readonly maxInFlight: number;
}

/** A Redis server: commands to answers. What cannot be done is rejected soon, never kept. */
export interface Redis extends Disposable {
  /** Whether the last that was heard of it was good. False until it is first used. */
  readonly isUp: boolean;
  /** Any command. Texts are UTF-8 both ways. Rejects with RedisError. */
  send(command: string, args: readonly (string | Uint8Array)[]): Promise<unknown>;
  /** GET as bytes; null if there is none. */
  getBytes(key: string): Promise<Uint8Array | null>;
  close(): void;
}

/**
 * Connects when it is first used, and again by itself when the connection is lost. In between,
 * every command is rejected at once. The client of Bun would queue them without a limit, waits for
 * an answer for ever, and gives up after some attempts: so here it is used for one connection.
 */
export function redisConnection(options: RedisOptions): Redis {
  return new Connection(options);
}

interface Waiting {
  readonly dueMs: number;
  readonly reject: (error: RedisError) => void;
}

type Command = (client: RedisClient) => Promise<unknown>;

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2000;

class Connection implements Redis {
  readonly #options: RedisOptions;
  /** In the order in which they were sent, so the first is overdue before the others. */
  readonly #waiting = new Set<Waiting>();
  #client: RedisClient | undefined;
  /** Of the first connection, which commands wait for. */
  #first: Promise<unknown> | undefined;
  #isUp: boolean = false;
  #isClosed: boolean = false;
  #why: unknown;
  #retryMs: number = FIRST_RETRY_MS;
  #cancelRetry: CancelTimer | undefined;
  #cancelLook: CancelTimer | undefined;

  constructor(options: RedisOptions) {
    const { url, timeoutMs, maxInFlight } = options;
    if (!/^(rediss?|valkeys?|redis\+(tls|unix|tls\+unix)):\/\/./.test(url)) {
      // The URL may hold a password: it is not shown.
      throw new RedisError("bad_option", "Cannot use that Redis URL: write redis://host:6379");
    }
    checkAbove0("timeoutMs", timeoutMs);
    checkAbove0("maxInFlight", maxInFlight);
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  send(command: string, args: readonly (string | Uint8Array)[]): Promise<unknown> {
    // Bun takes bytes as well, which its types do not say.
    return this.#do((client) => client.send(command, args as string[]));
  }

  getBytes(key: string): Promise<Uint8Array | null> {
    return this.#do((client) => client.getBuffer(key)) as Promise<Uint8Array | null>;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#lose(closed());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #do(command: Command): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed());
    const { maxInFlight, clock, timeoutMs } = this.#options;
    if (this.#waiting.size >= maxInFlight) {
      const message = `Cannot ask Redis: ${maxInFlight} commands wait for their answer already`;
      return Promise.reject(new RedisError("busy", message));
    }
    const connecting = this.#isUp ? undefined : this.#firstConnection();
    if (!this.#isUp && connecting === undefined) return Promise.reject(this.#down());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { dueMs: clock.nowMs() + timeoutMs, reject };
      this.#waiting.add(waiting);
      this.#look();
      const done = (value: unknown): void => {
        this.#waiting.delete(waiting);
        resolve(value);
      };
      const failed = (cause: unknown): void => {
        this.#waiting.delete(waiting);
        reject(this.#toError(cause));
      };
      if (connecting === undefined) command(this.#client!).then(done, failed);
      else connecting.then(() => command(this.#client!)).then(done, failed);
    });
  }

  /** While it is tried for the first time; undefined when that has failed. */
  #firstConnection(): Promise<unknown> | undefined {
    if (this.#client === undefined && this.#why === undefined) this.#first = this.#connect();
    return this.#first;
  }

  async #connect(): Promise<void> {
    const { url, timeoutMs } = this.#options;
    const client = new RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: Math.ceil(timeoutMs),
    });
    this.#client = client;
    client.onclose = (error) => {
      if (this.#client === client) this.#lose(error);
    };
    try {
      await client.connect();
    } catch (error) {
      if (this.#client === client) this.#lose(error);
      throw error;
    }
    if (this.#client !== client) throw this.#down();
    this.#first = undefined;
    this.#isUp = true;
    this.#why = undefined;
    this.#retryMs = FIRST_RETRY_MS;
  }

  /** The connection is of no use any more: whoever waits hears of it, and it is tried anew. */
  #lose(why: unknown): void {
    const client = this.#client;
    this.#client = undefined;
    this.#first = undefined;
    this.#isUp = false;
    this.#why = why ?? new Error("the connection was closed");
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    const left = [...this.#waiting];
    this.#waiting.clear();
    const error = why instanceof RedisError ? why : this.#down();
    for (const { reject } of left) reject(error);
    client?.close();
    if (!this.#isClosed) this.#retryLater();
  }

  #retryLater(): void {
    const { clock } = this.#options;
    this.#cancelRetry?.();
    this.#cancelRetry = clock.at(clock.nowMs() + this.#retryMs, () => {
      // What goes wrong has been told to #lose().
      this.#connect().catch(() => {});
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  /** One timer for all: answers come in order, so it is the oldest that tells. */
  #look(): void {
    if (this.#cancelLook !== undefined) return;
    const { clock, timeoutMs } = this.#options;
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#cancelLook = clock.at(oldest.dueMs, () => {
      this.#cancelLook = undefined;
      const [first] = this.#waiting;
      if (first === undefined || first.dueMs > clock.nowMs()) this.#look();
      else this.#lose(new RedisError("timeout", `Redis did not answer within ${timeoutMs} ms`));
    });
  }

  #down(): RedisError {
    const why = this.#why instanceof Error ? this.#why.message : String(this.#why);
    const hint = "it is tried again by itself";
    return new RedisError("down", `Cannot reach Redis (${why}): ${hint}`, { cause: this.#why });
  }

  #toError(cause: unknown): RedisError {
    if (cause instanceof RedisError) return cause;
    const { code, message } = cause as { readonly code?: string; readonly message?: string };
    if (code !== "ERR_REDIS_SERVER_ERROR") return this.#down();
    return new RedisError("refused", `Redis cannot do that: ${message}`, { cause });
  }
}

function closed(): RedisError {
  return new RedisError("closed", "Cannot ask Redis: the connection was closed");
}

function checkAbove0(name: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new RedisError("bad_option", `Cannot use ${name} ${value}: it takes a number above 0`);
}
