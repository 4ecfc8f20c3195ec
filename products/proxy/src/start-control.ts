import { type RunningHttpServer, ServerError, serveHttp } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";
import { controlHandler } from "./control.ts";
import type { ControlSettings } from "./options.ts";
import type { Proxies } from "./proxies.ts";

/** Serves the control API. The default place may be taken; one that was asked for may not. */
export function startControl(
  settings: ControlSettings,
  proxies: Proxies,
  log: (line: string) => void,
): RunningHttpServer | undefined {
  if (settings.kind === "off") return undefined;
  const { place, isAskedFor } = settings;
  try {
    return serveHttp({
      port: place.port,
      hostname: place.hostname,
      handler: controlHandler(proxies),
      limits: controlLimits,
      clock: systemClock(),
      onError: (error) => log(`error: the control API: ${String(error)}`),
    });
  } catch (error) {
    if (isAskedFor || !(error instanceof ServerError)) throw error;
    log(`No control API: ${error.message}, or name one by --control`);
    return undefined;
  }
}

const controlLimits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 1_048_576,
  maxConnections: 100,
  maxStreams: 100,
  idleTimeoutMs: 60_000,
  maxUnsentBytes: 4_194_304,
};
