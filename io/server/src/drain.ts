import type { Clock } from "@breakwater/clock";

/** A server that can be ended in steps. */
export interface Drainable {
  /** From now on every answer asks its client to close the connection. */
  announce(): void;
  /** How many answers were given since then. */
  answered(): number;
  /** Closes the listener and the idle connections; resolves when the last answer is sent. */
  close(): Promise<void>;
  /** Closes every connection, whatever it is doing. */
  cut(): Promise<void>;
}

export interface DrainOptions {
  readonly graceMs: number;
  readonly clock: Clock;
}

/**
 * Ends a server so that no answer is lost that can be given within the grace.
 *
 * Closing an idle connection at the moment its client sends on it loses that request. So busy
 * clients are first told to close, until none was heard of for a while or half the grace is over;
 * what is in flight then has the rest of the grace.
 */
export async function drain(server: Drainable, { graceMs, clock }: DrainOptions): Promise<void> {
  const startMs = clock.nowMs();
  server.announce();
  await untilQuiet(server, clock, startMs + graceMs / 2);
  await untilDue(clock, startMs + graceMs, server.close());
  await server.cut();
}

/** Well over the time between two requests of a busy client, and not long to wait for Ctrl-C. */
const QUIET_MS = 100;

async function untilQuiet(server: Drainable, clock: Clock, endMs: number): Promise<void> {
  let heard = -1;
  while (server.answered() !== heard && clock.nowMs() < endMs) {
    heard = server.answered();
    await untilDue(clock, Math.min(endMs, clock.nowMs() + QUIET_MS));
  }
}

/** Until `dueMs`, or as soon as `sooner` is settled; leaves no timer behind. */
async function untilDue(clock: Clock, dueMs: number, sooner?: Promise<void>): Promise<void> {
  const due = Promise.withResolvers<void>();
  const cancel = clock.at(dueMs, due.resolve);
  await Promise.race(sooner === undefined ? [due.promise] : [due.promise, sooner]);
  cancel();
}
