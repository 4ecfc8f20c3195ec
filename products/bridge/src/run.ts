import type { Clock } from "@breakwater/clock";
import { ServerError } from "@breakwater/http-server";
import { MessageJournalError } from "@breakwater/message-journal";
import { RedisError } from "@breakwater/redis";
import {
  bodyLimit,
  clientIpOf,
  type LogSink,
  type RunningService,
  runService,
  ServiceError,
  type Stage,
  securityHeaders,
  serviceKit,
} from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { BridgeError } from "./bridge-error.ts";
import type { BridgeParts } from "./bridge-parts.ts";
import { bridgeRoutes, isOpenRoute } from "./bridge-routes.ts";
import { errorAnswers } from "./http/answers.ts";
import { authentication } from "./http/authentication.ts";
import { corsStage } from "./http/cors-stage.ts";
import { ownHost } from "./http/own-host.ts";
import { rateWindow } from "./http/rate-window.ts";
import { upgradeStage } from "./http/upgrade.ts";
import { type OpenedKeeper, openKeeper } from "./keeping/open-keeper.ts";
import { WatchedKeeper } from "./keeping/watched-keeper.ts";
import { BridgeFigures } from "./metrics/bridge-figures.ts";
import { registerBridgeMetrics } from "./metrics/bridge-metrics.ts";
import { originCheck } from "./origins.ts";
import { Observers } from "./sessions/observers.ts";
import { Sessions } from "./sessions/sessions.ts";
import { DEFAULT_DATA, type Settings } from "./settings.ts";
import { tokenCheck } from "./tokens.ts";
import { views } from "./views.ts";

export interface RunBridgeOptions {
  /** Standard output if left out. */
  readonly logSink?: LogSink;
  /** The system's if left out. */
  readonly clock?: Clock;
}

export interface RunningBridge extends RunningService {
  /** Where messages are kept, for people: "in ./breakwater-bridge". */
  readonly keptIn: string;
  /** What whoever started it should know: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The bridge: what it is made of, in order. Throws BridgeError ("bad_setting") and the errors of
 * the parts whose settings cannot be.
 */
export async function runBridge(
  settings: Settings,
  { logSink, clock = systemClock() }: RunBridgeOptions = {},
): Promise<RunningBridge> {
  const { logLevel: level, logFormat: format } = settings;
  const kit = serviceKit({
    name: "bridge",
    clock,
    log: { level, format, ...(logSink && { sink: logSink }) },
  });
  await using opened = new AsyncDisposableStack();
  opened.defer(async () => {
    kit.metrics.stop();
    kit.pressure.stop();
    await kit.log.flush();
  });
  const outside = { epochMs: Date.now, newId: () => crypto.randomUUID(), random: Math.random };
  const kept = opened.use(await openKeeper(settings, { kit, ...outside }));
  const figures = new BridgeFigures();
  const keeper = new WatchedKeeper(kept.keeper, {
    figures,
    onSeen: (message) => observers.seen(message),
  });
  const parts: BridgeParts = {
    ...{ kit, settings, keeper, figures, ...outside },
    views: views(keeper, clock),
    ...gates(settings),
  };
  const observers: Observers = new Observers(parts);
  const sessions = new Sessions(parts, observers);
  opened.defer(() => sessions.stop());
  const service = await serve({ parts, sessions, kept });
  opened.move();
  return { ...service, keptIn: kept.place, notes: notesOf(settings) };
}

interface Serving {
  readonly parts: BridgeParts;
  readonly sessions: Sessions;
  readonly kept: OpenedKeeper;
}

async function serve({ parts, sessions, kept }: Serving): Promise<RunningService> {
  const { kit, settings, keeper, figures } = parts;
  const { broker } = sessions;
  const startedMs = kit.clock.nowMs();
  let port = settings.port;
  registerBridgeMetrics({ kit, keeper, figures, startedMs, connected: () => broker.connected });
  const service = await runService(kit, {
    port: settings.port,
    hostname: settings.host ?? (isOpen(settings) ? LOOPBACK : undefined),
    limits: limitsOf(settings),
    clientIp: clientIpOf({ trustedProxies: settings.trustedProxies }),
    stages: stages(parts, sessions),
    routes: bridgeRoutes({
      ...{ ...parts, broker, startedMs },
      port: () => port,
      now: () => sessions.now(),
    }),
    checks: kept.check === undefined ? [] : [kept.check],
    side: { port: settings.metricsPort, hostname: settings.metricsHost },
    drain: { announceMs: settings.drainAnnounce, graceMs: settings.drainGrace },
    resources: [
      { name: "sessions", close: () => sessions.stop() },
      { name: "messages", close: () => kept[Symbol.asyncDispose]() },
    ],
  });
  port = Number(service.url.port);
  return service;
}

/** Whether it says that something cannot be as it is set, rather than that we made a mistake. */
export function isAboutSettings(error: unknown): error is Error {
  return [BridgeError, MessageJournalError, RedisError, ServerError, ServiceError].some(
    (kind) => error instanceof kind,
  );
}

function stages(parts: BridgeParts, sessions: Sessions) {
  const { kit, settings, mayEnter, mayUse } = parts;
  const errors = errorAnswers({
    onUnavailable: (err) => kit.log.logger.warn({ err }, "What keeps messages does not answer"),
  });
  const { rateMax: max, rateWindowMs: windowMs } = settings;
  return {
    securityHeaders: joined(
      ...(isOpen(settings) && settings.host === undefined ? [ownHost] : []),
      upgradeStage(parts, sessions),
      errors,
      securityHeaders({ resourcePolicy: "cross-origin" }),
    ),
    cors: corsStage(mayUse),
    rateLimit: rateWindow({ max, windowMs, maxClients: MAX_CLIENTS }),
    bodyLimit: bodyLimit(settings.maxFrame),
    authenticate: authentication({ mayEnter, isOpen: isOpenRoute }),
  };
}

/** Addresses that the rate limit knows, about 100 bytes each. */
const MAX_CLIENTS = 100_000;

/** One after the other, the first being the outermost. */
function joined(...all: readonly Stage[]): Stage {
  return (next) => all.reduceRight<typeof next>((inner, stage) => stage(inner), next);
}

function gates(settings: Settings): Pick<BridgeParts, "mayEnter" | "isAdmin" | "mayUse"> {
  const { authToken, adminToken, corsOrigins: origins } = settings;
  const isToken = tokenCheck(authToken, adminToken);
  return {
    mayEnter: isOpen(settings) ? () => true : isToken,
    isAdmin: tokenCheck(adminToken),
    mayUse: originCheck({ origins, hasToken: !isOpen(settings) }),
  };
}

const isOpen = ({ authToken }: Settings): boolean => authToken === undefined;

const LOOPBACK = "127.0.0.1";

function limitsOf(settings: Settings) {
  const { maxConnections, maxFrame, maxUnsent } = settings;
  return {
    maxConnections: maxConnections + HTTP_CONNECTIONS,
    maxBodyBytes: maxFrame,
    // A WebSocket has its own limit, which is less.
    maxUnsentBytes: 2 * (maxUnsent + maxFrame),
  };
}

/** Beside the WebSockets. */
const HTTP_CONNECTIONS = 1000;

function notesOf(settings: Settings): readonly string[] {
  const { host, port, httpPort, redisUrl } = settings;
  const notes: string[] = [];
  if (isOpen(settings) && host === undefined) {
    notes.push(
      "Without AI_BRIDGE_AUTH_TOKEN only this machine reaches it: set one, or a --host if all may",
    );
  } else if (isOpen(settings)) {
    notes.push(`Whoever reaches ${host} may do everything: there is no AI_BRIDGE_AUTH_TOKEN`);
  }
  if (httpPort !== undefined && httpPort !== port) {
    notes.push(`HTTP is at port ${port} as well, not at ${httpPort}: there is one port for both`);
  }
  if (redisUrl !== undefined && settings.data !== DEFAULT_DATA) {
    notes.push("Messages are kept in Redis, not in AI_BRIDGE_DATA: both are set");
  }
  return notes;
}
