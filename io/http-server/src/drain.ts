import type { Clock } from "@breakwater/clock";

/** A server that can be ended in steps. */
export interface Drainable {
  /** From now on every answer asks its client to close the connection. */
  announce(): void;
  /** Changes whenever a client does something. */
  activity(): number;
  /** Closes the listener and the idle connections; resolves when the last answer is sent. */
  close(): Promise<void>;
  /** Closes every connection, whatever it is doing. */
  cut(): void;
}

export interface DrainOptions {
  readonly graceMs: number;
  readonly clock: Clock;
  /** Resolves when somebody will not wait any longer. */
  readonly hurried: Promise<void>;
}

/**
 * Ends a server so that no answer is lost that can be given within the grace.
 *
 * Closing an idle connection at the moment its client sends on it loses that request. So busy
 * clients are first told to close, until none was heard of for a while, but no longer than half the
 * grace, or than 2 s: a balancer's health checks never end. What is in flight has the rest.
 */
export async function drain(server: Drainable, options: DrainOptions): Promise<void> {
  const { graceMs, clock, hurried } = options;
  const startMs = clock.nowMs();
  server.announce();
  await untilQuiet(server, { ...options, graceMs: Math.min(graceMs / 2, MAX_BUSY_MS) });
  await untilDue(clock, startMs + graceMs, [server.close(), hurried]);
  server.cut();
}

const MAX_BUSY_MS = 2000;
/** Well over the time between two requests of a busy client, and not long to wait for Ctrl-C. */
const QUIET_MS = 100;
/** If it was we who were kept from listening: a turn in which what waits is read. */
const TURN_MS = 1;

async function untilQuiet(server: Drainable, options: DrainOptions): Promise<void> {
  const { graceMs, clock, hurried } = options;
  const endMs = clock.nowMs() + graceMs;
  let isHurried = false;
  void hurried.then(() => {
    isHurried = true;
  });
  let heard = -1;
  while (server.activity() !== heard && clock.nowMs() < endMs && !isHurried) {
    heard = server.activity();
    await untilDue(clock, Math.min(endMs, clock.nowMs() + QUIET_MS), [hurried]);
    await untilDue(clock, clock.nowMs() + TURN_MS, [hurried]);
  }
}

/** Until `dueMs`, or as soon as one of `sooner` is settled; leaves no timer behind. */
async function untilDue(
  clock: Clock,
  dueMs: number,
  sooner: readonly Promise<void>[],
): Promise<void> {
  const due = Promise.withResolvers<void>();
  const cancel = clock.at(dueMs, due.resolve);
  await Promise.race([due.promise, ...sooner]);
  cancel();
}
