import { respondProblem, type Stage } from "@breakwater/service";
import type { Field } from "@breakwater/wire";

/**
 * Lets pages use the bridge, with the fields that the original has (and Vary, which it lacks). A
 * page of another origin may not send, even what a browser lets it send without asking first.
 */
export function corsStage(mayUse: (origin: string | undefined) => boolean): Stage {
  return (next) => (call) => {
    const { method } = call.request;
    const origin = call.request.header("origin");
    const isAllowed = mayUse(origin);
    call.vary("origin");
    call.setFields(always);
    if (isAllowed) call.setField("access-control-allow-origin", origin ?? "*");
    if (method === "OPTIONS") {
      return call.respond({ status: 200, fields: [["content-type", "text/plain"]], body: "OK" });
    }
    if (isAllowed || method === "GET" || method === "HEAD") return next(call);
    respondProblem(call, {
      status: 403,
      code: "origin_not_allowed",
      detail: `Cannot take that from a page of ${origin}: allow it by AI_BRIDGE_CORS_ORIGINS`,
    });
  };
}

const always: readonly Field[] = [
  ["access-control-allow-methods", "GET, POST, OPTIONS"],
  [
    "access-control-allow-headers",
    "Origin, X-Requested-With, Content-Type, Accept, Authorization, X-Client-Id, X-Client-Token",
  ],
  [
    "access-control-expose-headers",
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Retry-After",
  ],
];
