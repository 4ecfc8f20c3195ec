import { concurrencyLimiter, fixed, type Limiter, type Permit } from "@breakwater/admission";
import type { CancelTimer, Clock } from "@breakwater/clock";
import { DatabaseError } from "./database-error.ts";
import { abortedError, type Connection, type Driver, type Stop } from "./driver.ts";
import type { PoolOptions, PoolSnapshot } from "./pool-options.ts";

/** One connection for one caller. */
export interface Lease {
  readonly connection: Connection;
  /** Once. */
  release(): void;
}

interface Idle {
  readonly connection: Connection;
  readonly sinceMs: number;
}

/**
 * So many connections at most, the one that was used last first, so that those not needed grow old.
 * Invariant: one is only opened when none is idle, so open = idle + in use ≤ maxOpenConns.
 */
export class Pool {
  readonly #driver: Driver;
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #limiter: Limiter;
  readonly #openedMs = new Map<Connection, number>();
  #idle: Idle[] = [];
  #sweep: CancelTimer | undefined;
  #closing: Promise<void> | undefined;
  readonly #allBack = Promise.withResolvers<void>();
  readonly #counted = {
    waitCount: 0,
    waitMs: 0,
    closedByLifetime: 0,
    closedByIdleTime: 0,
    closedByMaxIdle: 0,
    lost: 0,
  };

  constructor(driver: Driver, options: PoolOptions, clock: Clock) {
    const { maxOpenConns, maxWaiting, maxWaitMs } = options;
    this.#driver = driver;
    this.#options = options;
    this.#clock = clock;
    this.#limiter = concurrencyLimiter({
      name: "database-pool",
      algorithm: fixed(maxOpenConns),
      clock,
      queue: maxWaiting === 0 ? undefined : { maxSize: maxWaiting, maxWaitMs, order: "fifo" },
      mode: "enforce",
    });
  }

  /** A connection of one's own; `connectStop` is asked only if one must be opened for it. */
  async take(signal: AbortSignal | undefined, connectStop: () => Stop): Promise<Lease> {
    const answer = this.#limiter.acquire(undefined, { signal });
    if (answer instanceof Promise) this.#counted.waitCount += 1;
    const startMs = this.#clock.nowMs();
    const permit = await answer;
    this.#counted.waitMs += this.#clock.nowMs() - startMs;
    if (!permit.admitted) throw this.#refusal(permit.reason, signal);
    try {
      const connection = this.#tryIdle() ?? (await this.#open(connectStop()));
      const release = () => this.#giveBack(connection, permit);
      return { connection, release };
    } catch (error) {
      this.#release(permit);
      throw error;
    }
  }

  snapshot(): PoolSnapshot {
    this.#dropLost();
    const { inFlight, queued } = this.#limiter.snapshot();
    return {
      maxOpen: this.#options.maxOpenConns,
      open: this.#openedMs.size,
      idle: this.#idle.length,
      inUse: inFlight,
      waiting: queued,
      ...this.#counted,
    };
  }

  close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    this.#limiter.close();
    this.#sweep?.();
    const idle = this.#idle;
    this.#idle = [];
    await Promise.all(idle.map(({ connection }) => this.#drop(connection)));
    if (this.#isAnyOut()) {
      const { promise: graceOver, resolve } = Promise.withResolvers<void>();
      const cancel = this.#clock.at(this.#clock.nowMs() + graceMs, resolve);
      await Promise.race([this.#allBack.promise, graceOver]);
      cancel();
    }
    await Promise.all([...this.#openedMs.keys()].map((connection) => this.#drop(connection)));
  }

  #refusal(reason: string, signal: AbortSignal | undefined): DatabaseError {
    const { maxOpenConns, maxWaiting, maxWaitMs } = this.#options;
    if (reason === "aborted") return abortedError(signal);
    if (reason === "draining") return closedError();
    if (reason === "queue_timeout") {
      const message = `Cannot get one of ${maxOpenConns} database connections in ${maxWaitMs} ms`;
      return new DatabaseError("pool_timeout", message);
    }
    return new DatabaseError(
      "pool_exhausted",
      `Cannot wait for one of ${maxOpenConns} database connections: ${maxWaiting} wait already`,
    );
  }

  #tryIdle(): Connection | undefined {
    for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
      const reason = this.#reasonToClose(last.connection, last.sinceMs);
      if (reason === undefined) return last.connection;
      this.#counted[reason] += 1;
      void this.#drop(last.connection);
    }
    return undefined;
  }

  async #open(stop: Stop): Promise<Connection> {
    const connection = await this.#driver.connect(stop);
    this.#openedMs.set(connection, this.#clock.nowMs());
    if (this.#closing === undefined) return connection;
    await this.#drop(connection);
    throw closedError();
  }

  #giveBack(connection: Connection, permit: Permit): void {
    if (connection.isSettled) this.#sort(connection, permit);
    else void connection.settle().then(() => this.#sort(connection, permit));
  }

  /** Keeps it, or closes it; only then another one may be opened. */
  #sort(connection: Connection, permit: Permit): void {
    const nowMs = this.#clock.nowMs();
    const reason =
      this.#reasonToClose(connection, nowMs) ??
      (this.#idle.length >= this.#options.maxIdleConns ? "closedByMaxIdle" : undefined);
    if (this.#closing === undefined && reason === undefined) {
      this.#idle.push({ connection, sinceMs: nowMs });
      this.#armSweep();
      this.#release(permit);
      return;
    }
    if (this.#closing === undefined && reason !== undefined) this.#counted[reason] += 1;
    void this.#drop(connection).then(() => this.#release(permit));
  }

  #release(permit: Permit): void {
    permit.release("ignored");
    if (this.#closing !== undefined && !this.#isAnyOut()) this.#allBack.resolve();
  }

  #isAnyOut(): boolean {
    return this.#limiter.snapshot().inFlight > 0;
  }

  #reasonToClose(
    connection: Connection,
    idleSinceMs: number,
  ): "lost" | "closedByLifetime" | "closedByIdleTime" | undefined {
    if (connection.isBroken) return "lost";
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#expiresMs(connection)) return "closedByLifetime";
    return nowMs >= idleSinceMs + this.#options.connMaxIdleTimeMs ? "closedByIdleTime" : undefined;
  }

  #expiresMs(connection: Connection): number {
    return (this.#openedMs.get(connection) ?? 0) + this.#options.connMaxLifetimeMs;
  }

  /** One timer for all; it may find that there is nothing to do yet. */
  #armSweep(): void {
    if (this.#sweep !== undefined || this.#idle.length === 0) return;
    const dueMs = this.#idle.map(({ connection, sinceMs }) =>
      Math.min(this.#expiresMs(connection), sinceMs + this.#options.connMaxIdleTimeMs),
    );
    const firstMs = Math.min(...dueMs);
    if (firstMs === Number.POSITIVE_INFINITY) return;
    this.#sweep = this.#clock.at(firstMs, () => {
      this.#sweep = undefined;
      this.#dropLost();
      this.#armSweep();
    });
  }

  /** Of the idle ones, those that may not stay. */
  #dropLost(): void {
    const before = this.#idle;
    this.#idle = before.filter(({ connection, sinceMs }) => {
      const reason = this.#reasonToClose(connection, sinceMs);
      if (reason === undefined) return true;
      this.#counted[reason] += 1;
      void this.#drop(connection);
      return false;
    });
  }

  async #drop(connection: Connection): Promise<void> {
    this.#openedMs.delete(connection);
    await connection.close();
  }
}

function closedError(): DatabaseError {
  return new DatabaseError("closed", "Cannot query a database that was closed: open it again");
}
