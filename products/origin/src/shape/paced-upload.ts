import type { CancelTimer, Clock } from "@breakwater/clock";
import type { BodyReader, Exchange } from "@breakwater/http-server";
import { RewrittenExchange } from "@breakwater/http-server";

/**
 * An exchange whose request's body is read at that pace, in bytes per second: after each piece the
 * client is paused, and its end told, when so much should have come.
 */
export function pacedUpload(exchange: Exchange, bytesPerSecond: number, clock: Clock): Exchange {
  let cancel: CancelTimer = () => {};
  let freeMs = 0;
  /** Once there might have been so many bytes more, in place of what was to be done before. */
  const then = (bytes: number, act: () => void): void => {
    freeMs = Math.max(freeMs, clock.nowMs()) + (bytes / bytesPerSecond) * 1000;
    cancel();
    cancel = clock.at(freeMs, act);
  };
  const slowed = (reader: BodyReader): BodyReader => ({
    onData: (bytes) => {
      exchange.pauseBody();
      then(bytes.length, () => exchange.resumeBody());
      reader.onData(bytes);
    },
    onEnd: (trailers) => {
      then(0, () => reader.onEnd(trailers));
      // The body was the last that we may hold up.
      exchange.resumeBody();
    },
    onAbort: () => {
      cancel();
      reader.onAbort();
    },
  });
  exchange.onAbort(() => cancel());
  return new RewrittenExchange(exchange, {
    begin: (head) => exchange.begin(head),
    readBody: (reader) => exchange.readBody(slowed(reader)),
  });
}
