import { AdmissionError } from "@breakwater/admission";
import { ServerError } from "@breakwater/http-server";
import { JwtError } from "@breakwater/jwt";
import { RedisError } from "@breakwater/redis";
import { S3ServerError } from "@breakwater/s3-server";
import {
  clientIpOf,
  type LogSink,
  type RunningService,
  runService,
  ServiceError,
  type ServiceKit,
  serviceKit,
} from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { isOpen } from "./auth/authentication.ts";
import { type Forgetting, forgetting, heard } from "./caches/forgetting.ts";
import { type Links, links } from "./caches/links.ts";
import { type Lists, lists } from "./caches/lists.ts";
import { envelopes } from "./envelope.ts";
import { FilesError } from "./files-error.ts";
import type { FilesParts } from "./files-parts.ts";
import { filesRoutes } from "./files-routes.ts";
import { requestFigures } from "./metrics/request-figures.ts";
import type { Settings } from "./settings.ts";
import { openShared, type Shared } from "./shared.ts";
import { spaces } from "./spaces.ts";
import { filesStages, maxBodyBytes } from "./stages.ts";
import { openStore } from "./store/open-store.ts";
import type { OpenedStore } from "./store/opened-store.ts";
import { noOwnLinks } from "./store/own-links.ts";
import { startTusSweep } from "./tus/index.ts";
import { TransferMemory } from "./uploads/index.ts";

export interface RunFilesOptions {
  /** Standard output if left out. */
  readonly logSink?: LogSink;
  /** Instead of the one that the settings name; whoever opened it closes it. */
  readonly store?: OpenedStore;
}

export interface RunningFiles extends RunningService {
  /** Where files are kept, for people. */
  readonly storeName: string;
  /** Nobody has to say who it is. */
  readonly isOpen: boolean;
}

/**
 * The file service: what it is made of, in order. Throws FilesError ("bad_setting") and the errors
 * of the parts whose settings cannot be.
 */
export async function runFiles(
  settings: Settings,
  { logSink, store: given }: RunFilesOptions = {},
): Promise<RunningFiles> {
  const host = hostOf(settings);
  const clock = systemClock();
  const { logLevel: level, logFormat: format } = settings;
  const log = { level, format, ...(logSink && { sink: logSink }) };
  await using opened = new AsyncDisposableStack();
  const kit = serviceKit({ name: "files", clock, log });
  opened.defer(async () => {
    kit.metrics.stop();
    kit.pressure.stop();
    await kit.log.flush();
  });
  const { logger } = kit.log;
  const onError = (err: unknown): void => logger.error({ err }, "The embedded store failed");
  const onSilence = (err: unknown): void =>
    logger.warn({ err }, "The store does not answer yet: started without it");
  const store = given ?? opened.use(await openStore(settings, { clock, onError, onSilence }));
  const shared = openShared(settings, kit);
  if (shared !== undefined) opened.use(shared);
  const parts = filesParts(settings, { kit, store, shared });
  const sweep = opened.use(
    startTusSweep({
      store: store.store,
      clock,
      epochMs: Date.now,
      abandonedMs: store.isOurs ? Math.max(settings.uploadLife, DAY_MS) : undefined,
      onError: (err) => logger.warn({ err }, "Cannot clear away uploads that nobody finished"),
    }),
  );
  const isGiven = given !== undefined;
  const service = await serve({ host, settings, parts, shared, sweep, store, isGiven });
  opened.move();
  return { ...service, storeName: store.name, isOpen: isOpen(settings) };
}

interface Serving {
  readonly host: string | undefined;
  readonly settings: Settings;
  readonly parts: FilesParts;
  readonly shared: Shared | undefined;
  readonly sweep: Disposable;
  readonly store: OpenedStore;
  readonly isGiven: boolean;
}

function serve(serving: Serving): Promise<RunningService> {
  const { host, settings, parts, shared, sweep, store, isGiven } = serving;
  const { kit, envelopes } = parts;
  const { enableProfiling, trustedProxies, metricsPort, metricsHost } = settings;
  const requests = enableProfiling ? requestFigures(kit.clock) : undefined;
  return runService(kit, {
    port: settings.port,
    hostname: host,
    limits: { maxConnections: MAX_CONNECTIONS, maxBodyBytes: maxBodyBytes(settings) },
    clientIp: clientIpOf({ trustedProxies }),
    stages: filesStages({ kit, settings, envelopes, shared, requests }),
    routes: filesRoutes(parts, requests),
    quiet: ["/ping"],
    checks: [
      {
        name: "store",
        // Without it pings and kept links go on; a balancer has no better instance to turn to.
        isRequired: false,
        check: async (signal) => {
          if (!(await store.store.hasBucket({ signal }))) throw new Error("There is no bucket");
        },
      },
      ...(shared === undefined ? [] : [shared.check]),
    ],
    side: { port: metricsPort, hostname: metricsHost, profiles: enableProfiling },
    drain: { announceMs: settings.drainAnnounce, graceMs: settings.drainGrace },
    resources: [
      { name: "sweep", close: () => sweep[Symbol.dispose]() },
      { name: "redis", close: () => shared?.[Symbol.dispose]() },
      { name: "store", close: () => (isGiven ? undefined : store[Symbol.asyncDispose]()) },
    ],
  });
}

/** Whether it says that something cannot be as it is set, rather than that we made a mistake. */
export function isAboutSettings(error: unknown): error is Error {
  return [
    AdmissionError,
    FilesError,
    JwtError,
    RedisError,
    S3ServerError,
    ServerError,
    ServiceError,
  ].some((kind) => error instanceof kind);
}

/** No upload of a form lasts longer. */
const DAY_MS = 86_400_000;

/** As many as in the load tests, about 10 kB each. */
const MAX_CONNECTIONS = 25_000;

interface Opened {
  readonly kit: ServiceKit;
  readonly store: OpenedStore;
  readonly shared: Shared | undefined;
}

function filesParts(settings: Settings, { kit, store, shared }: Opened): FilesParts {
  const { log } = kit;
  const kept = caches(settings, { kit, store, shared });
  const { spaceOf, whole } = spaces({
    store: store.store,
    forgetting: kept.forgetting,
    maxUploadBytes: settings.maxUpload,
    isOpen: isOpen(settings),
  });
  return {
    ...{ kit, settings, links: kept.links, lists: kept.lists },
    envelopes: envelopes({
      isCompat: settings.compat,
      onStoreError: ({ cause: err, code }, { id }) =>
        log.logger.warn({ request_id: id, code, err }, "The store did not do what was asked"),
    }),
    spaceOf,
    wholeSpace: whole,
    ownLinks: store.ownLinks ?? noOwnLinks,
    memory: new TransferMemory({
      maxBytes: settings.uploadMemory,
      maxWaiting: settings.maxTransfers,
    }),
    epochMs: Date.now,
    newId: () => crypto.randomUUID(),
  };
}

interface Caches {
  readonly links: Links;
  readonly lists: Lists;
  readonly forgetting: Forgetting;
}

function caches(settings: Settings, { kit, store, shared }: Opened): Caches {
  const { clock, metrics } = kit;
  const { downloadUrlTimeLimit: lifeMs } = settings;
  // What is listed has links in it, which may not be older than links may be.
  const listTtlMs = Math.min(settings.listTtl, lifeMs / 4);
  const kept = {
    links: links({
      clock,
      presign: store.presign,
      lifeMs,
      listTtlMs,
      maxEntries: settings.maxCachedLinks,
      checksExistence: !settings.compat,
    }),
    lists: lists({
      clock,
      ttlMs: listTtlMs,
      maxBytes: settings.maxCachedLists,
      shared: shared?.cache,
      onSharedError: (error) => shared?.onError(error),
    }),
  };
  metrics.registerGauge({
    name: "files_cached_links",
    help: "Download links that are kept.",
    read: () => kept.links.entries,
  });
  metrics.registerGauge({
    name: "files_cached_list_bytes",
    help: "What listings that are kept take.",
    read: () => kept.lists.bytes,
  });
  shared?.listen({
    onMessage: (message) => heard(message, kept),
    onGap: () => {
      kept.links.clear();
      kept.lists.clear();
    },
  });
  return { ...kept, forgetting: forgetting({ ...kept, others: shared }) };
}

/** Without keys whoever reaches it may do everything, so that only this machine does. */
function hostOf(settings: Settings): string | undefined {
  const { host } = settings;
  if (!isOpen(settings)) return host;
  if (host === undefined) return "127.0.0.1";
  if (/^(127(\.\d{1,3}){3}|::1|localhost)$/.test(host)) return host;
  const hint = "set API_KEYS or JWT_SECRET first, or leave host out";
  throw new FilesError("bad_setting", `Cannot listen on ${host} without any keys: ${hint}`);
}
