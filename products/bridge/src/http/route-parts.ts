import type { Broker } from "@breakwater/message";
import type { BridgeParts } from "../bridge-parts.ts";
import type { Session } from "../sessions/session.ts";

/** What the routes need beside what sessions do. */
export interface RouteParts extends BridgeParts {
  readonly broker: Broker<Session>;
  /** The port that it listens on, not the one that was asked for. */
  readonly port: () => number;
  /** By the clock. */
  readonly startedMs: number;
  /** The calendar's time in ISO 8601. */
  readonly now: () => string;
}
