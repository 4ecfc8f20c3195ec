import type { MistakeCode } from "@breakwater/message";
import type { Session } from "./session.ts";

export interface SessionRules {
  /** Whether it may send another frame now, which is worth so many. */
  admits(session: Session, frame: { readonly nowMs: number; readonly worth: number }): boolean;
  /** Counts a mistake; true: it has made so many that it has to go. */
  isTooMuch(session: Session, code: MistakeCode, nowMs: number): boolean;
}

/** What one connection may do: `socketRate` frames a second, 0 for any number. */
export function sessionRules({ socketRate }: { readonly socketRate: number }): SessionRules {
  return {
    admits: (session, { nowMs, worth }) => {
      if (socketRate === 0) return true;
      // A bucket as large as what flows into it in a second: full at first.
      const gained = ((nowMs - session.tokensMs) / 1000) * socketRate;
      const tokens = Number.isNaN(session.tokens) ? socketRate : session.tokens + gained;
      session.tokensMs = nowMs;
      session.tokens = Math.min(socketRate, tokens);
      if (session.tokens < Math.min(worth, socketRate)) return false;
      session.tokens -= worth;
      return true;
    },
    isTooMuch: (session, code, nowMs) => {
      if (!(nowMs < session.windowMs + WINDOW_MS)) {
        session.windowMs = nowMs;
        session.badFrames = 0;
        session.refusedFrames = 0;
      }
      if (isRefusal(code)) {
        session.refusedFrames += 1;
        return session.refusedFrames > Math.max(MAX_BAD_FRAMES, socketRate * 2);
      }
      session.badFrames += 1;
      return session.badFrames >= MAX_BAD_FRAMES;
    },
  };
}

/** The frame was right, and could not be taken at this moment. */
const isRefusal = (code: MistakeCode): boolean =>
  code === "rate_limited" || code === "unavailable" || code === "too_many_clients";

/** One by mistake is answered; so many are somebody who does not read the answers. */
const MAX_BAD_FRAMES = 20;
const WINDOW_MS = 10_000;
