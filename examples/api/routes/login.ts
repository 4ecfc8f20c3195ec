import type { JwtIssuer } from "@breakwater/jwt";
import { type CallHandler, readJson, respondProblem } from "@breakwater/service";
import { z } from "zod";
import { respondJson } from "../json.ts";
import { parseInput } from "../parse-input.ts";
import type { UserStore } from "../user-store.ts";

export interface LoginParts {
  readonly users: UserStore;
  readonly issuer: JwtIssuer;
  readonly lifetimeMs: number;
}

const credentials = z.object({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
});
const MAX_BYTES = 4096;

/** A name and a password for a token. Whether it was the name or the password nobody can tell. */
export function login({ users, issuer, lifetimeMs }: LoginParts): CallHandler {
  return async (call) => {
    const body = await readJson(call, { maxBytes: MAX_BYTES });
    if (!body.ok) return;
    const given = parseInput(call, credentials, body.value);
    if (!given.ok) return;
    const user = await users.findByPassword(given.value, call);
    if (user === undefined) {
      return respondProblem(call, {
        status: 401,
        code: "invalid_credentials",
        detail: "Cannot log in with this username and password",
        fields: [["www-authenticate", "Bearer"]],
      });
    }
    const { id, username, role } = user;
    const token = issuer.issue({ sub: id, username, role });
    respondJson(call, { token, token_type: "Bearer", expires_in: lifetimeMs / 1000, user });
  };
}
