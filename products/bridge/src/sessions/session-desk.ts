import type { Broker, Mistake } from "@breakwater/message";
import type { BridgeParts } from "../bridge-parts.ts";
import type { Observers } from "./observers.ts";
import type { Session } from "./session.ts";
import type { SessionRules } from "./session-rules.ts";

/** Arrays and objects in each other, within one frame. */
export const MAX_DEPTH = 100;

/** What whoever reads frames needs of all sessions. */
export interface SessionDesk {
  readonly parts: BridgeParts;
  readonly broker: Broker<Session>;
  readonly observers: Observers;
  readonly rules: SessionRules;
  /** Takes no more messages. */
  readonly isDraining: boolean;
  /** By the clock. */
  nowMs(): number;
  /** The calendar's time in ISO 8601. */
  now(): string;
  /** Tells what cannot be done, and says goodbye to whoever makes nothing but mistakes. */
  refuse(session: Session, mistake: Mistake, frame?: string): void;
  /** Its token is wrong, or it has none. */
  turnAway(session: Session): void;
  /** The claim is decided: what came in the meantime is taken. */
  takeHeld(session: Session): void;
}
