import type { Clock } from "@breakwater/clock";
import {
  fetchHandler,
  type RunningHttpServer,
  ServerError,
  type ServerLimits,
  serveHttp,
} from "@breakwater/http-server";
import { type Place, tryParsePlace } from "@breakwater/units";
import { exitCode, RunError } from "../exit-code.ts";
import { answerRest } from "./rest-handler.ts";
import type { RunControl } from "./run-control.ts";

const limits: ServerLimits = {
  maxHeadBytes: 16 * 1024,
  maxHeaders: 100,
  /** Setup data is the largest of what is sent here. */
  maxBodyBytes: 16 * 1024 ** 2,
  /** Whoever watches a run, and a dashboard or two. */
  maxConnections: 100,
  maxStreams: 100,
  idleTimeoutMs: 60_000,
  maxUnsentBytes: 16 * 1024 ** 2,
};

export interface RestOptions {
  /** `host:port`, `:port` for every address, as k6's --address. */
  readonly address: string;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** Serves the REST API. Throws a RunError, exit code 106, where it cannot listen. */
export function serveRest({ address, control, clock, onError }: RestOptions): RunningHttpServer {
  const { hostname, port } = toPlace(address);
  try {
    return serveHttp({
      hostname,
      port,
      handler: fetchHandler((request) => answerRest(request, control), {
        maxQueuedBytes: limits.maxBodyBytes,
      }),
      limits,
      clock,
      onError,
    });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new RunError(exitCode.cannotStartRest, `--address ${address}: ${error.message}`);
  }
}

function toPlace(address: string): Place {
  const place = tryParsePlace(address);
  if (place !== undefined) return place;
  const message = `Cannot serve the REST API at "${address}": give HOST:PORT, as localhost:6565`;
  throw new RunError(exitCode.cannotStartRest, message);
}
