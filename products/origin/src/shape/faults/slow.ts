import {
  type AnyFaultKind,
  bytesParameter,
  choiceParameter,
  faultKind,
  timeParameter,
} from "../fault.ts";
import { handMadeBody, handMadeHead, rightFraming, takenWire } from "../hand-made-answer.ts";
import { pacedBody } from "../paced-exchange.ts";
import { type Pace, steadyPace } from "../pacer.ts";
import { at } from "./broken-bodies.ts";
import { breakPoint, spoil } from "./spoil.ts";

/** The faults that are right answers, but for when their bytes come. */

export const slowHeaders: AnyFaultKind = faultKind({
  name: "slow-headers",
  summary: "The head byte by byte, then the body, then the connection is closed",
  parameters: {
    interval: timeParameter({
      meaning: "between two bytes, at least 1 ms; 50ms",
      min: 1,
      missing: 50,
    }),
  },
  http1Only: "slow headers",
  inject: ({ interval }, exchange, handler, { clock }) =>
    spoil(exchange, handler, {
      kind: "slow-headers",
      alsoBodiless: true,
      begin: (head, { abandon }) => {
        const framing = rightFraming(head, exchange.request.method);
        const bytes = handMadeHead(head, framing.fields);
        const wire = takenWire(exchange, abandon);
        const pace = slowStart(bytes.length, interval);
        const raw = handMadeBody(wire, { ...framing, frame: (part) => part, last: "" });
        const body = pacedBody(exchange, raw, { pace, clock });
        body.write(bytes);
        return {
          write: (part) => body.write(framing.frame(part)),
          onDrain: (drained) => body.onDrain(drained),
          end: () => {
            body.write(Buffer.from(framing.last));
            body.end();
          },
          abort: () => body.abort(),
        };
      },
    }),
});

export const drip: AnyFaultKind = faultKind({
  name: "drip",
  summary: "The body in tiny pieces",
  parameters: {
    bytes: bytesParameter({
      meaning: "of a piece, up to 1M; 1",
      min: 1,
      max: 2 ** 20,
      missing: 1,
    }),
    duration: timeParameter({
      meaning: "of the whole, if its length is known; 10s",
      missing: 10_000,
    }),
    interval: timeParameter({
      meaning:
        "between two pieces, at least 1 ms, whatever the duration; 100ms if both are unknown",
      min: 1,
      missing: undefined,
    }),
  },
  inject: ({ bytes, duration, interval }, exchange, handler, { clock }) =>
    spoil(exchange, handler, {
      kind: "drip",
      begin: (head) => {
        const { contentLength } = head;
        const gaps = contentLength === undefined ? 0 : Math.ceil(contentLength / bytes) - 1;
        const perGap = contentLength === undefined ? 100 : duration / Math.max(1, gaps);
        // A thousandth of a ms is as good as none, but can be divided by.
        const pace = steadyPace(bytes, Math.max(0.001, interval ?? perGap));
        return pacedBody(exchange, exchange.begin(head), { pace, clock });
      },
    }),
});

export const stall: AnyFaultKind = faultKind({
  name: "stall",
  summary: "The head and a part of the body, then nothing for a while, then the rest or the end",
  parameters: {
    at,
    for: timeParameter({ meaning: "how long; 10s", missing: 10_000 }),
    end: choiceParameter("rest, close (FIN) or reset (RST); rest", ["rest", "close", "reset"]),
  },
  inject: ({ at: wanted, for: forMs, end: ending }, exchange, handler, { clock }) =>
    spoil(exchange, handler, {
      kind: "stall",
      begin: (head, { abandon }) => {
        const real = exchange.begin(head);
        const endMs = ending === "rest" ? forMs : Number.POSITIVE_INFINITY;
        const pace = pause(breakPoint(wanted, head.contentLength), endMs);
        const body = pacedBody(exchange, real, { pace, clock });
        if (ending === "rest") return body;
        const cancel = clock.at(clock.nowMs() + forMs, () => {
          if (ending === "close") real.abort();
          else exchange.reset();
          abandon();
        });
        exchange.onAbort(cancel);
        return body;
      },
    }),
});

/** A byte at each interval until there were so many, then no limit. */
function slowStart(bytes: number, everyMs: number): Pace {
  const slowly = steadyPace(1, everyMs);
  return {
    allowed: (elapsedMs) => {
      const allowed = slowly.allowed(elapsedMs);
      return allowed > bytes ? Number.POSITIVE_INFINITY : allowed;
    },
    nextMs: slowly.nextMs,
  };
}

/** So many bytes at once, and after that time no limit. */
function pause(bytes: number, untilMs: number): Pace {
  return {
    allowed: (elapsedMs) => (elapsedMs < untilMs ? bytes : Number.POSITIVE_INFINITY),
    nextMs: () => untilMs,
  };
}
