import { type Handler, PreparedAnswer } from "@breakwater/http-server";
import { jsonFields } from "../json-fields.ts";
import type { RouteDoc } from "../route-doc.ts";

export const healthDoc: RouteDoc = {
  path: "/health",
  summary: 'For probes: {"status":"ok"}, and while the server drains 503 {"status":"draining"}.',
  examples: ["/health"],
};

export interface HealthOptions {
  /** The server has begun to stop. */
  readonly isDraining: () => boolean;
}

/** ANY /health. Hot path: what balancers ask most, encoded once. */
export function health({ isDraining }: HealthOptions): Handler {
  const ok = new PreparedAnswer({ status: 200, fields: jsonFields, body: '{"status":"ok"}' });
  const draining = new PreparedAnswer({
    status: 503,
    fields: jsonFields,
    body: '{"status":"draining"}',
  });
  return (exchange) => exchange.respond(isDraining() ? draining : ok);
}
