import type { RequestContext } from "../limiter.ts";
import type { Arrivals } from "./arrivals.ts";
import { checkNumber, checkPeriod, type Period } from "./checks.ts";
import type { ClientModel } from "./clients.ts";
import type { ServerModel } from "./server.ts";

/** A server, who asks it for what and when, and of which parts of that time to tell. */
export interface Scenario {
  readonly name: string;
  /** For the table, in a sentence. */
  readonly description: string;
  readonly durationMs: number;
  readonly server: ServerModel;
  readonly traffic: readonly Traffic[];
  readonly phases: readonly Phase[];
  /** The end of what disturbs it: the time to recover is counted from there. */
  readonly disturbedUntilMs?: number | undefined;
}

/** Clients of one kind. */
export interface Traffic {
  readonly arrivals: Arrivals;
  readonly client: ClientModel;
  /** What the limiter is told of each request. */
  readonly context?: RequestContext | undefined;
}

export interface Phase extends Period {
  readonly name: string;
}

/** Throws an AdmissionError ("bad_option"); the parts check what they are given themselves. */
export function checkScenario({ durationMs, phases, disturbedUntilMs }: Scenario): void {
  checkNumber("durationMs", durationMs, 1);
  checkNumber("disturbedUntilMs", disturbedUntilMs ?? 0, 0);
  for (const phase of phases) checkPeriod(`phase "${phase.name}"`, phase);
}
