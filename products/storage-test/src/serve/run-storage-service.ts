import {
  compression,
  type LogLevel,
  type LogSink,
  runService,
  securityHeaders,
  serviceKit,
} from "@breakwater/service";
import type { Environment } from "./env-report.ts";
import { eventStreams } from "./events.ts";
import { pageRoutes } from "./page/page.ts";
import { storageRoutes } from "./storage-routes.ts";
import { TestDesk, type TestIo, type TestSizes } from "./test-desk.ts";

export interface StorageServiceOptions {
  readonly port: number;
  /** Every address of the machine if left out. */
  readonly hostname?: string | undefined;
  readonly io: TestIo;
  /** What GET /env looks into. */
  readonly environment: Environment;
  /** The seed's if left out: 1 GB in 10 parts, 5 at a time. */
  readonly sizes?: TestSizes | undefined;
  /** For everything but GET /, the page and health; open to all if left out. */
  readonly token?: string | undefined;
  /** What tests upload stays in the bucket. */
  readonly keep?: boolean | undefined;
  /** A failed test's answer says what the store said. */
  readonly debug?: boolean | undefined;
  /** Where metrics are; left out: 9091, or nowhere if that is taken. */
  readonly metricsPort?: number | "off" | undefined;
  readonly log?: {
    readonly level?: LogLevel | undefined;
    readonly format?: "json" | "text" | undefined;
    readonly sink?: LogSink;
  };
}

export interface RunningStorageService extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: URL;
  /** Where metrics are, if they are. */
  readonly sideUrl: URL | undefined;
  /**
   * Drains: a test that runs may still take so long (10 s if left out) and is cancelled then. What
   * it wrote is deleted in any case.
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** 2^30 bytes, as the seed's figures say; see speed-text.ts. */
export const seedSizes: TestSizes = { bytes: 2 ** 30, parts: 10, parallel: 5 };

const MAX_WATCHERS = 100;
const MAX_CONNECTIONS = 1000;
const MAX_BODY_BYTES = 65_536;
/** Not events, which would wait in the compressor. */
const compressedTypes = ["text/html", "text/css", "text/javascript", "application/json"];

/** Starts the service. Throws ServerError if it cannot listen, ServiceError for what cannot be. */
export async function runStorageService(
  options: StorageServiceOptions,
): Promise<RunningStorageService> {
  const { io, log, sizes = seedSizes, keep = false, debug = false } = options;
  const kit = serviceKit({ name: "storage", clock: io.clock, ...(log && { log }) });
  const desk = new TestDesk({ io, sizes, keep, logger: kit.log.logger });
  const events = eventStreams({ desk, clock: io.clock, maxStreams: MAX_WATCHERS });
  const { environment, token } = options;
  const parts = { desk, events, environment, token, debug, io, logger: kit.log.logger };
  const service = await runService(kit, {
    port: options.port,
    hostname: options.hostname,
    limits: { maxBodyBytes: MAX_BODY_BYTES, maxConnections: MAX_CONNECTIONS },
    stages: {
      securityHeaders: securityHeaders(),
      compression: compression({ types: compressedTypes }),
    },
    routes: storageRoutes(parts),
    quiet: ["/events", ...Object.keys(pageRoutes).map((route) => route.replace("GET ", ""))],
    side: { port: options.metricsPort },
    // Whoever was cut off has cancelled the test, and what it wrote is being deleted.
    resources: [{ name: "test", close: () => desk.idle() }],
  });
  const stop: RunningStorageService["stop"] = (how) => {
    events.end();
    return service.stop(how);
  };
  return {
    url: service.url,
    sideUrl: service.sideUrl,
    stop,
    [Symbol.asyncDispose]: () => stop({ graceMs: 0 }),
  };
}
