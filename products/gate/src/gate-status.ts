import type { LimiterSnapshot } from "@breakwater/admission";
import type { Gate } from "./gate.ts";
import type { GateCounts, ShedCount } from "./gate-counts.ts";
import type { AddressView } from "./upstream/upstream-pool.ts";

/** All that can be seen of a running gate, as /status has it. */
export interface GateStatus {
  readonly uptimeMs: number;
  readonly limiter: LimiterSnapshot;
  readonly shed: readonly ShedCount[];
  readonly upstream: readonly AddressView[];
  readonly answered: number;
  readonly aborted: number;
  readonly failures: GateCounts["failures"];
  readonly retried: number;
  readonly refusedAsDown: number;
  readonly rateLimited: number;
  readonly reload: ReloadStatus;
}

export interface ReloadStatus {
  readonly count: number;
  /** Why the last one was refused; undefined when it was not. */
  readonly refused: string | undefined;
}

export function gateStatus(
  { limiter, counts, pool }: Gate,
  { uptimeMs, reload }: Pick<GateStatus, "uptimeMs" | "reload">,
): GateStatus {
  const { shed, answered, aborted, failures, retried, down, limited } = counts;
  return {
    uptimeMs: Math.round(uptimeMs),
    limiter: limiter.snapshot(),
    shed,
    upstream: pool.views(),
    ...{ answered, aborted, failures, retried },
    refusedAsDown: down,
    rateLimited: limited,
    reload,
  };
}
