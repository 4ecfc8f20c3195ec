import type { Call, CallHandler, Stage } from "../call.ts";
import { type Problem, respondProblem } from "../problem.ts";
import type { ApiKeyTable } from "./api-key-table.ts";

/** What a token says, or why it is refused. */
export type Verified =
  | { readonly ok: true; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: string };

export interface AuthenticateOptions {
  /** As of @breakwater/jwt, or of one's own. */
  readonly verify: (token: string) => Verified | Promise<Verified>;
  /** Who brings no token goes on unknown. One that is wrong is refused all the same. */
  readonly isOptional?: boolean;
  /** For metrics and logs: why someone was refused. */
  readonly onRefusal?: (reason: string, call: Call) => void;
}

/**
 * Finds out who asks by the bearer token of Authorization: call.user is its subject. Answers 401
 * and says why as RFC 6750, section 3, has it. The reason `keys_unavailable` is not the client's
 * doing: 503.
 */
export function authenticate(options: AuthenticateOptions): Stage {
  const { verify, isOptional = false, onRefusal } = options;
  const refuse = (call: Call, reason: string): void => {
    onRefusal?.(reason, call);
    respondRefusal(call, reason);
  };
  const judge = (call: Call, verified: Verified, next: CallHandler): void | Promise<void> => {
    if (!verified.ok) return refuse(call, verified.reason);
    const { sub } = verified.claims;
    if (typeof sub !== "string" || sub === "") return refuse(call, "no_subject");
    call.identify(sub, verified.claims);
    return next(call);
  };
  return (next) => (call) => {
    const token = bearerOf(call);
    if (token === undefined) return isOptional ? next(call) : refuse(call, "missing");
    const verified = verify(token);
    if (!(verified instanceof Promise)) return judge(call, verified, next);
    return verified.then((later) => (call.isAnswered ? undefined : judge(call, later, next)));
  };
}

/** Lets nobody pass but who has one of these roles: the claim `roles`, or `role`. Else 403. */
export function requireRole(...roles: readonly string[]): Stage {
  const wanted = new Set(roles);
  const names = roles.join(" or ");
  return (next) => (call) => {
    if (call.user === undefined) return respondRefusal(call, "missing");
    if (rolesOf(call.claims).some((role) => wanted.has(role))) return next(call);
    return respondProblem(call, {
      status: 403,
      code: "forbidden",
      detail: `Cannot let ${call.user} do that: it takes the role ${names}`,
      fields: [["www-authenticate", 'Bearer error="insufficient_scope"']],
    });
  };
}

export interface ApiKeysOptions {
  readonly keys: ApiKeyTable;
  /** Who brings no key goes on unknown, such as to authenticate(). */
  readonly isOptional?: boolean;
}

/** Finds out who asks by X-API-Key: call.user is the key's owner, its tier a claim. Else 401. */
export function apiKeys({ keys, isOptional = false }: ApiKeysOptions): Stage {
  return (next) => (call) => {
    const key = call.request.header("x-api-key");
    if (key === undefined && isOptional) return next(call);
    const owner = key === undefined ? undefined : keys(key);
    if (owner === undefined) {
      const wrong = key === undefined ? "an API key" : "an API key that is known";
      return respondProblem(call, {
        status: 401,
        code: key === undefined ? "api_key_required" : "invalid_api_key",
        detail: `Cannot answer without ${wrong}: send it as X-API-Key`,
        // RFC 9110, section 11.6.1: 401 must name a way; there is no registered one for keys.
        fields: [["www-authenticate", "ApiKey"]],
      });
    }
    call.identify(owner.owner, owner.tier === undefined ? {} : { tier: owner.tier });
    return next(call);
  };
}

/** Of another scheme it is as none; what follows ours is for the verifier to judge. */
function bearerOf({ request }: Call): string | undefined {
  const credentials = request.header("authorization");
  if (credentials === undefined || credentials.slice(0, 7).toLowerCase() !== "bearer ") {
    return undefined;
  }
  return credentials.slice(7).trim();
}

function respondRefusal(call: Call, reason: string): void {
  respondProblem(call, refusalOf(reason));
}

function refusalOf(reason: string): Problem {
  if (reason === "keys_unavailable") {
    return {
      status: 503,
      code: "keys_unavailable",
      detail: "Cannot check the token now: the keys to check it with are out of reach",
      fields: [["retry-after", "5"]],
    };
  }
  // RFC 6750, section 3.1: who brings nothing is told no error, only what to bring.
  if (reason === "missing") {
    return {
      status: 401,
      code: "token_required",
      detail: "Cannot answer without a token: send Authorization: Bearer …",
      fields: [["www-authenticate", "Bearer"]],
    };
  }
  const words = reason.replace(/[^\w. -]/g, "").replaceAll("_", " ");
  const error = `Bearer error="invalid_token", error_description="${words}"`;
  return {
    status: 401,
    code: "invalid_token",
    detail: `Cannot accept the token (${words}): get a new one`,
    fields: [["www-authenticate", error]],
  };
}

function rolesOf(claims: Call["claims"]): readonly string[] {
  const { roles, role } = claims ?? {};
  const all: readonly unknown[] = Array.isArray(roles) ? roles : [roles, role];
  return all.filter((each) => typeof each === "string");
}
