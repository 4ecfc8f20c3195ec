import type { Clock } from "@breakwater/clock";
import type { Stage } from "../call.ts";
import { respondProblem } from "../problem.ts";
import { rewrittenCall } from "../rewritten-call.ts";
import { checkWhole } from "../service-error.ts";
import { Deadlines } from "./deadlines.ts";

const DAY_MS = 86_400_000;

export interface TimeLimitOptions {
  readonly clock: Clock;
  /** Until the answer begins. */
  readonly ms: number;
}

/**
 * Answers 503 when a handler does not in time, and aborts call.signal so that its work ends, too.
 * What it answers later is ignored. An answer that has begun is not cut: see idleLimit().
 */
export function timeLimit({ clock, ms }: TimeLimitOptions): Stage {
  checkWhole("time limit", ms, 1, DAY_MS);
  const deadlines = new Deadlines(clock, ms);
  const detail = `Cannot answer within ${ms} ms: try again later`;
  return (next) => (call) => {
    const deadline = deadlines.add(() => {
      if (call.isAnswered) return;
      respondProblem(call, { status: 503, code: "timeout", detail });
      call.giveUp(`No answer within ${ms} ms`);
    }, call.startedMs);
    call.onEnd(() => deadlines.remove(deadline));
    return next(call);
  };
}

/**
 * Cuts an answer off of which nothing was written for that long, because its handler has nothing
 * or its client takes nothing. Not for streams of events that may be rare.
 */
export function idleLimit({ clock, ms }: TimeLimitOptions): Stage {
  checkWhole("idle limit", ms, 1, DAY_MS);
  const deadlines = new Deadlines(clock, ms);
  return (next) => (call) => {
    const streaming = rewrittenCall(call, {
      respond: (answer) => call.respond(answer),
      begin: (head) => {
        const body = call.begin(head);
        const deadline = deadlines.add(() => {
          call.giveUp(`Nothing was sent for ${ms} ms`);
          body.abort();
        }, clock.nowMs());
        call.onEnd(() => deadlines.remove(deadline));
        return {
          ...body,
          write: (bytes) => {
            deadlines.renew(deadline);
            return body.write(bytes);
          },
        };
      },
    });
    return next(streaming);
  };
}
