import type { Clock } from "@breakwater/clock";
import type { RunningHttpServer } from "@breakwater/http-server";
import type { Health } from "../health/health.ts";
import type { Logger } from "../log/service-log.ts";

/** What a service has open beside its ports. */
export interface Resource {
  readonly name: string;
  readonly close: () => void | Promise<void>;
}

export interface StopServiceOptions {
  /** In place of the service's own; 0 cuts at once, also while an earlier stop waits. */
  readonly graceMs?: number | undefined;
}

export interface ServiceStopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly server: RunningHttpServer;
  readonly health: Health;
  readonly resources: readonly Resource[];
  readonly announceMs: number;
  readonly graceMs: number;
  /** Ends what tells of the service until the end. */
  readonly last: () => Promise<void>;
}

/** A closer that hangs does not keep the process: so long each. */
const CLOSE_MS = 5000;

/** Ends a service in steps, once, however often it is asked to. */
export class ServiceStop {
  readonly #options: ServiceStopOptions;
  readonly #hurry: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #stopped: Promise<void> | undefined;

  constructor(options: ServiceStopOptions) {
    this.#options = options;
  }

  stop({ graceMs = this.#options.graceMs }: StopServiceOptions): Promise<void> {
    if (graceMs === 0) {
      this.#hurry.resolve();
      // Also while the drain is under way.
      if (this.#stopped !== undefined) void this.#options.server.stop({ graceMs: 0 });
    }
    this.#stopped ??= this.#drain(graceMs);
    return this.#stopped;
  }

  async #drain(graceMs: number): Promise<void> {
    const { health, server, announceMs, last, logger } = this.#options;
    logger.info({ announce_ms: announceMs, grace_ms: graceMs }, "Stopping");
    health.drain();
    server.announceStop();
    if (announceMs > 0) await this.#within(announceMs, this.#hurry.promise);
    await server.stop({ graceMs });
    await this.#closeResources();
    logger.info("Stopped");
    await this.#within(CLOSE_MS, last());
  }

  async #closeResources(): Promise<void> {
    const { resources, logger } = this.#options;
    for (const { name, close } of resources) {
      try {
        const isClosed = await this.#within(CLOSE_MS, Promise.resolve(close()));
        if (!isClosed) logger.error({ resource: name }, `Not closed within ${CLOSE_MS} ms`);
      } catch (err) {
        logger.error({ resource: name, err }, "Cannot close");
      }
    }
  }

  /** Whether it was done within that time; leaves no timer behind. */
  async #within(ms: number, done: Promise<void>): Promise<boolean> {
    const { clock } = this.#options;
    const over = Promise.withResolvers<boolean>();
    const cancel = clock.at(clock.nowMs() + ms, () => over.resolve(false));
    try {
      return await Promise.race([done.then(() => true), over.promise]);
    } finally {
      cancel();
    }
  }
}
