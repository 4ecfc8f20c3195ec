import { clientIpOf, type RunningService, runService, serviceKit } from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { openApiDatabase } from "./database.ts";
import { addDemoUsers } from "./demo-users.ts";
import { apiLimiter } from "./limiter.ts";
import { rateLimits } from "./rate-limits.ts";
import { apiRoutes } from "./routes.ts";
import type { Settings } from "./settings.ts";
import { openSharedStores } from "./shared-stores.ts";
import { apiStages } from "./stages.ts";
import { apiTokens } from "./tokens.ts";
import { userCache } from "./user-cache.ts";
import { UserStore } from "./user-store.ts";

/**
 * The sample service: what it is made of, in order. Throws the error of the part whose settings
 * cannot be.
 */
export async function runApi(settings: Settings): Promise<RunningService> {
  const clock = systemClock();
  const { logLevel: level, logFormat: format, trustedProxies, drainGrace: graceMs } = settings;
  const kit = serviceKit({ name: "api", clock, log: { level, format } });
  const { logger } = kit.log;
  await using opened = new AsyncDisposableStack();

  const database = opened.use(await openApiDatabase(settings, kit));
  const users = new UserStore(database);
  if (settings.demo) await addDemoUsers(users, logger);
  const shared = opened.use(openSharedStores(settings, kit));
  const cache = userCache(settings, kit, shared);
  const tokens = apiTokens(settings, logger);
  const limits = rateLimits(settings, kit, shared);

  const service = await runService(kit, {
    port: settings.port,
    hostname: settings.host,
    limits: { maxConnections: MAX_CONNECTIONS },
    clientIp: clientIpOf({ trustedProxies }),
    stages: apiStages(settings, kit, limits.all),
    admission: apiLimiter(settings, clock),
    routes: apiRoutes({ kit, settings, database, users, cache, tokens, loginLimit: limits.login }),
    checks: [
      { name: "database", check: (signal) => database.ping({ signal }), timeoutMs: 2000 },
      ...(shared === undefined ? [] : [shared.check]),
    ],
    side: { port: settings.metricsPort, profiles: settings.profiles },
    drain: { announceMs: settings.drainAnnounce, graceMs },
    resources: [
      { name: "redis", close: () => shared?.[Symbol.dispose]() },
      { name: "database", close: () => database.close({ graceMs }) },
    ],
  });
  opened.move();
  return service;
}

/** More than users of any load test of ours, about 10 kB each. */
const MAX_CONNECTIONS = 25_000;
