import type { Call, Stage } from "@breakwater/service";
import { respondJson } from "./answers.ts";

/**
 * Nobody asks without the token, if there is one: "Authorization: Bearer …" or the bare token. What
 * tells whether the service lives, and the page, which asks for it, are open.
 */
export function authentication(options: {
  readonly mayEnter: (token: string | undefined) => boolean;
  readonly isOpen: (pattern: string) => boolean;
}): Stage {
  const { mayEnter, isOpen } = options;
  return (next) => (call) => {
    const { isCritical, pattern } = call.route;
    if (isCritical || isOpen(pattern) || mayEnter(tokenOf(call))) return next(call);
    call.setField("www-authenticate", "Bearer");
    respondJson(call, { error: "unauthorized" }, 401);
  };
}

export function tokenOf({ request }: Call): string | undefined {
  return request.header("authorization")?.replace(/^Bearer +/i, "");
}
