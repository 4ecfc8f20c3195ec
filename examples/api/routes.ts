import type { Database } from "@breakwater/database";
import {
  authenticate,
  metricsJson,
  requireRole,
  type ServiceKit,
  type ServiceRoutes,
  type Stage,
} from "@breakwater/service";
import { databaseProblems } from "./database-problems.ts";
import { adminMetrics } from "./routes/admin-metrics.ts";
import { createUser } from "./routes/create-user.ts";
import { echo } from "./routes/echo.ts";
import { home } from "./routes/home.ts";
import { keySet } from "./routes/key-set.ts";
import { listUsers } from "./routes/list-users.ts";
import { login } from "./routes/login.ts";
import { showUser } from "./routes/show-user.ts";
import { status } from "./routes/status.ts";
import type { Settings } from "./settings.ts";
import type { Tokens } from "./tokens.ts";
import type { UserCache } from "./user-cache.ts";
import type { UserStore } from "./user-store.ts";

export interface ApiParts {
  readonly kit: ServiceKit;
  readonly settings: Settings;
  readonly database: Database;
  readonly users: UserStore;
  readonly cache: UserCache;
  readonly tokens: Tokens;
  readonly loginLimit: Stage | undefined;
}

/** All that the service answers, beside /live, /health and /ready, which the kit has. */
export function apiRoutes(parts: ApiParts): ServiceRoutes {
  const { kit, settings, database, users, cache, tokens, loginLimit } = parts;
  const { maxBody: maxBytes, jwtLifetime: lifetimeMs } = settings;
  const signedIn = authenticate({ verify: (token) => tokens.verifier.verify(token) });
  const admin = requireRole("admin");
  return {
    "GET /": home,
    "GET /api/status": status(kit),
    "POST /api/echo": echo({ maxBytes }),

    "POST /api/auth/login": {
      stages: [...(loginLimit ? [loginLimit] : []), databaseProblems],
      handler: login({ users, issuer: tokens.issuer, lifetimeMs }),
    },
    "GET /.well-known/jwks.json": keySet(tokens.keys),

    "GET /api/users": {
      stages: [signedIn, cache.stage, databaseProblems],
      handler: listUsers(users),
    },
    "GET /api/users/:id": {
      stages: [signedIn, cache.stage, databaseProblems],
      handler: showUser(users),
    },
    "POST /api/users": {
      stages: [signedIn, databaseProblems],
      handler: createUser({ users, cache }),
    },

    "GET /api/metrics": metricsJson(kit.metrics),
    "GET /api/admin/metrics": {
      stages: [signedIn, admin],
      handler: adminMetrics({ metrics: kit.metrics, database, cache }),
    },
  };
}
