/**
 * ANY /health: for readiness and liveness probes. The same every time, so it runs no JavaScript.
 */
export function health(): Response {
  return Response.json({ status: "ok" });
}
