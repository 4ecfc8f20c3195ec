import type { Clock } from "@breakwater/clock";
import type { AnswerBody, Exchange, Wire, WireReader } from "@breakwater/http-server";
import { RewrittenExchange } from "@breakwater/http-server";
import { type Pace, Pacer, steadyPace } from "./pacer.ts";

/** How often a limited body goes on, unless that were less than a byte. */
const SLICE_MS = 20;

/** So many bytes a second, in slices; the first at once. */
export function bandwidthPace(bytesPerSecond: number): Pace {
  const bytes = Math.max(1, Math.round((bytesPerSecond * SLICE_MS) / 1000));
  return steadyPace(bytes, (bytes / bytesPerSecond) * 1000);
}

/** An exchange whose answer's body, and what goes over a wire taken over, go at that pace. */
export function pacedAnswer(exchange: Exchange, pace: Pace, clock: Clock): Exchange {
  const paced: RewrittenExchange = new RewrittenExchange(exchange, {
    begin: (head) => pacedBody(exchange, exchange.begin(head), { pace, clock }),
    takeOver: (reader) => pacedWire(exchange, reader, { pace, clock }),
  });
  return paced;
}

export interface Pacing {
  readonly pace: Pace;
  readonly clock: Clock;
}

/** The body, with what is written to it held back. Its exchange is reset if too much is. */
export function pacedBody(exchange: Exchange, body: AnswerBody, pacing: Pacing): AnswerBody {
  const pacer = new Pacer({ ...pacing, sink: body, onOverflow: () => exchange.reset() });
  exchange.onAbort(() => pacer.drop());
  return {
    write: (bytes) => pacer.write(bytes),
    onDrain: (drained) => pacer.onDrain(drained),
    end: (trailers) => pacer.end(() => body.end(trailers)),
    abort: () => pacer.end(() => body.abort()),
  };
}

function pacedWire(exchange: Exchange, reader: WireReader, pacing: Pacing): Wire | undefined {
  const wire = exchange.takeOver({
    onData: (bytes) => reader.onData(bytes),
    onStop: () => reader.onStop?.(),
    onClose: () => {
      pacer?.drop();
      reader.onClose();
    },
  });
  if (wire === undefined) return undefined;
  const pacer: Pacer | undefined = new Pacer({
    ...pacing,
    sink: wire,
    onOverflow: () => wire.reset(),
  });
  return {
    write: (data) => pacer.write(typeof data === "string" ? Buffer.from(data) : data),
    onDrain: (drained) => pacer.onDrain(drained),
    get unsentBytes() {
      return pacer.waitingBytes + wire.unsentBytes;
    },
    pause: () => wire.pause(),
    resume: () => wire.resume(),
    end: () => pacer.end(() => wire.end()),
    reset: () => {
      pacer.drop();
      wire.reset();
    },
  };
}
