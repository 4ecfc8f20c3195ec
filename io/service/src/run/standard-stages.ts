import type { Stage } from "../call.ts";

/** What happens to every call, each part left out if it is not wanted. */
export interface StandardStages {
  readonly accessLog: Stage;
  readonly metrics: Stage;
  readonly securityHeaders?: Stage | undefined;
  readonly cors?: Stage | undefined;
  readonly rateLimit?: Stage | undefined;
  readonly bodyLimit?: Stage | undefined;
  readonly timeLimit?: Stage | undefined;
  readonly admission?: Stage | undefined;
  readonly authenticate?: Stage | undefined;
  readonly idleLimit?: Stage | undefined;
  readonly compression?: Stage | undefined;
  readonly responseCache?: Stage | undefined;
}

/**
 * The order of all that happens between a request and its handler. What throws is dealt with
 * outside of all of them, so that its 500 has whatever they add, and is logged and counted.
 */
export function standardStages(stages: StandardStages): readonly Stage[] {
  return [
    // Whatever is answered is logged and counted, what is refused below above all.
    stages.accessLog,
    stages.metrics,
    // Refusals need these as well: without CORS a browser hides a 503 from the page's script.
    stages.securityHeaders,
    stages.cors,
    // One client's excess is refused before it takes anybody's place in the queue.
    stages.rateLimit,
    stages.bodyLimit,
    // Counts the wait in the queue: whose time is over leaves it.
    stages.timeLimit,
    stages.admission,
    // From here on is work, which is what admission limits: signatures, compressing, the handler.
    stages.authenticate,
    stages.idleLimit,
    // Around the cache, which keeps answers as handlers make them, whatever a client accepts.
    stages.compression,
    stages.responseCache,
  ].filter((stage) => stage !== undefined);
}
