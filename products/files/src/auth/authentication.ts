import type { Call, CallHandler, Stage } from "@breakwater/service";
import type { Envelopes } from "../envelope.ts";
import { FilesError } from "../files-error.ts";
import type { Settings } from "../settings.ts";
import { apiKeyCallers } from "./api-key-callers.ts";
import { type Identified, identifyCaller } from "./caller.ts";
import { type TokenParts, tokenCallers } from "./token-callers.ts";

/** Whether anybody may do anything, as nothing is set to tell one from another. */
export const isOpen = (settings: Settings): boolean =>
  settings.apiKeys.length === 0 &&
  settings.jwtSecret === undefined &&
  settings.jwtKeysUrl === undefined;

export interface AuthenticationParts extends TokenParts {
  readonly envelopes: Envelopes;
}

/**
 * Finds out who asks: by X-API-Key, or by a bearer token. Who brings neither goes on unknown, for
 * some routes are for all; who brings a wrong one is refused. Throws ServiceError and JwtError.
 */
export function authentication(settings: Settings, parts: AuthenticationParts): Stage {
  const byKey = apiKeyCallers(settings.apiKeys);
  const byToken = tokenCallers(settings, parts);
  const { failure } = parts.envelopes;
  const proceed = (call: Call, found: Identified | FilesError, next: CallHandler) => {
    if (found instanceof FilesError) return failure(call, found);
    identifyCaller(call, found);
    return next(call);
  };
  return (next) => (call) => {
    const key = call.request.header("x-api-key");
    if (key !== undefined) return proceed(call, byKey(key), next);
    const credentials = call.request.header("authorization");
    if (credentials === undefined) return next(call);
    const found = byToken(credentials);
    if (!(found instanceof Promise)) return proceed(call, found, next);
    return found.then((later) => (call.isAnswered ? undefined : proceed(call, later, next)));
  };
}
