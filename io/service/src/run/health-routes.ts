import type { Health } from "../health/health.ts";
import type { ServiceRoutes } from "../routes.ts";

/** Health checks, which are never shed. */
export function healthRoutes({ live, health, ready }: Health): ServiceRoutes {
  return {
    "GET /live": { handler: live, isCritical: true },
    "GET /health": { handler: health, isCritical: true },
    "GET /ready": { handler: ready, isCritical: true },
  };
}
