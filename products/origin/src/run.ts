import { hostname as hostnameOf } from "node:os";
import { systemClock } from "@breakwater/system-clock";
import { type OriginOptions, parseOriginOptions } from "./options.ts";
import { serveOrigin } from "./routes.ts";
import { openZeros } from "./zeros.ts";

export interface RunningOrigin extends AsyncDisposable {
  /** Where this machine reaches it, as "http://127.0.0.1:8080/". */
  readonly url: URL;
  /** Drains and closes. Again with a grace of 0, it cuts what is still in flight. */
  stop(options?: StopOriginOptions): Promise<void>;
}

export interface StopOriginOptions {
  /** How long requests in flight may still take. */
  readonly graceMs?: number | undefined;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Starts the origin: an upstream to put behind whatever is under test. Throws OriginError or
 * ServerError.
 */
export async function runOrigin(options: OriginOptions = {}): Promise<RunningOrigin> {
  const settings = parseOriginOptions(options);
  using opened = new DisposableStack();
  const zeros = opened.use(openZeros());
  const server = serveOrigin(settings, { clock: systemClock(), zeros, myHostname: hostnameOf() });
  const running = opened.move();
  const stop = async ({ graceMs = DEFAULT_GRACE_MS }: StopOriginOptions = {}): Promise<void> => {
    await server.stop({ graceMs });
    running.dispose();
  };
  return { url: server.url, stop, [Symbol.asyncDispose]: () => stop({ graceMs: 0 }) };
}
