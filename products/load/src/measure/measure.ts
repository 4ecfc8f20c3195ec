import type { Exchange } from "@breakwater/http-client";
import {
  type BuiltinMetrics,
  builtinMetrics,
  CheckTree,
  type Metric,
  Registry,
  type TagSource,
} from "@breakwater/metrics";
import type { HttpTags } from "./sample-tags.ts";

/** Where measurements are folded: one in each worker, and one of the whole run. */
export interface Totals {
  readonly registry: Registry;
  readonly checkTree: CheckTree;
}

/** Different checks that are counted apart; scripts make up names from ids. */
const MAX_CHECK_NAMES = 10_000;

export function emptyTotals(): Totals {
  return { registry: new Registry(), checkTree: new CheckTree({ maxNames: MAX_CHECK_NAMES }) };
}

/** Fills k6's built-in metrics (load.md 1.6). One for each process; all of it is hot path. */
export class Measure {
  readonly registry: Registry;
  readonly checkTree: CheckTree;
  readonly groupDuration: Metric;
  /** Requests that got an answer, whatever its status. */
  answered = 0;
  readonly #builtin: BuiltinMetrics;

  constructor({ registry, checkTree }: Totals) {
    this.registry = registry;
    this.checkTree = checkTree;
    this.#builtin = builtinMetrics(registry);
    this.groupDuration = this.#builtin.group_duration;
  }

  /** One request that ended, answered or not. `dueMs` is known in the open model alone. */
  request(exchange: Exchange, tags: HttpTags, dueMs: number | undefined): void {
    const builtin = this.#builtin;
    const { endedMs, sendingMs, waitingMs, receivingMs } = exchange;
    if (exchange.failure === undefined) this.answered += 1;
    builtin.http_reqs.add(1, tags, endedMs);
    if (tags.isExpected !== undefined) {
      builtin.http_req_failed.add(tags.isExpected ? 0 : 1, tags, endedMs);
    }
    builtin.http_req_duration.add(sendingMs + waitingMs + receivingMs, tags, endedMs);
    builtin.http_req_blocked.add(exchange.blockedMs, tags, endedMs);
    builtin.http_req_looking_up.add(exchange.lookingUpMs, tags, endedMs);
    builtin.http_req_connecting.add(exchange.connectingMs, tags, endedMs);
    builtin.http_req_tls_handshaking.add(exchange.tlsHandshakingMs, tags, endedMs);
    builtin.http_req_sending.add(sendingMs, tags, endedMs);
    builtin.http_req_waiting.add(waitingMs, tags, endedMs);
    builtin.http_req_receiving.add(receivingMs, tags, endedMs);
    if (dueMs !== undefined) builtin.http_req_due_duration.add(endedMs - dueMs, tags, endedMs);
  }

  bytes(sent: number, received: number, tags: TagSource, timeMs: number): void {
    this.#builtin.data_sent.add(sent, tags, timeMs);
    this.#builtin.data_received.add(received, tags, timeMs);
  }

  /** An iteration that ran to its end. */
  iteration(startedMs: number, endedMs: number, dueMs: number | undefined, tags: TagSource): void {
    const builtin = this.#builtin;
    builtin.iterations.add(1, tags, endedMs);
    builtin.iteration_duration.add(endedMs - startedMs, tags, endedMs);
    if (dueMs === undefined) return;
    builtin.iteration_start_lag.add(startedMs - dueMs, tags, endedMs);
    builtin.iteration_due_duration.add(endedMs - dueMs, tags, endedMs);
  }

  check(name: string, isPassed: boolean, tags: TagSource, group: string, timeMs: number): void {
    this.#builtin.checks.add(isPassed ? 1 : 0, tags, timeMs);
    this.checkTree.add(group, name, isPassed);
  }

  dropped(count: number, tags: TagSource, timeMs: number): void {
    this.#builtin.dropped_iterations.add(count, tags, timeMs);
  }
}
