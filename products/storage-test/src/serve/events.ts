import type { CancelTimer, Clock } from "@breakwater/clock";
import type { AnswerBody } from "@breakwater/http-server";
import { type Call, type CallHandler, respondProblem } from "@breakwater/service";
import type { DeskEvent, TestDesk } from "./test-desk.ts";

export interface EventStreamsOptions {
  readonly desk: TestDesk;
  readonly clock: Clock;
  /** Who comes when there are so many is refused. */
  readonly maxStreams: number;
}

/** GET /events, to everyone who watches. */
export interface EventStreams {
  readonly handler: CallHandler;
  /** Ends all, and those to come. */
  end(): void;
}

const HEARTBEAT_MS = 15_000;
const encoder = new TextEncoder();
const fields = [
  ["content-type", "text/event-stream"],
  ["cache-control", "no-store"],
] as const;

/** "state" with all that is known, now and when a test begins or ends; between them, "progress". */
export function eventStreams({ desk, clock, maxStreams }: EventStreamsOptions): EventStreams {
  const open = new Set<() => void>();
  let isEnded: boolean = false;
  const handler: CallHandler = (call) => {
    if (isEnded || open.size >= maxStreams) return refuse(call, maxStreams);
    const body = call.begin({ status: 200, fields });
    if (call.request.method === "HEAD") return body.end();
    const write = writer(body);
    const unwatch = desk.watch(write);
    let cancelBeat: CancelTimer = () => {};
    const beat = (): void => {
      body.write(heartbeat);
      cancelBeat = clock.at(clock.nowMs() + HEARTBEAT_MS, beat);
    };
    const end = (): void => body.end();
    open.add(end);
    call.onEnd(() => {
      open.delete(end);
      unwatch();
      cancelBeat();
    });
    write({ name: "state", data: desk.state });
    cancelBeat = clock.at(clock.nowMs() + HEARTBEAT_MS, beat);
  };
  return {
    handler,
    end: () => {
      isEnded = true;
      for (const end of [...open]) end();
    },
  };
}

const heartbeat: Uint8Array = encoder.encode(": heartbeat\n\n");

/** A client that is too slow misses progress and nothing else. */
function writer(body: AnswerBody): (event: DeskEvent) => void {
  let isSlow: boolean = false;
  body.onDrain(() => {
    isSlow = false;
  });
  return ({ name, data }) => {
    if (isSlow && name === "progress") return;
    isSlow = !body.write(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
  };
}

function refuse(call: Call, maxStreams: number): void {
  const detail = `Cannot show more: ${maxStreams} clients watch already, or the service stops`;
  const retry = [["retry-after", "5"]] as const;
  respondProblem(call, { status: 503, code: "too_many_watchers", detail, fields: retry });
}
