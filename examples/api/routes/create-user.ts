import { type CallHandler, readJson, respondProblem } from "@breakwater/service";
import { z } from "zod";
import { parseInput } from "../parse-input.ts";
import type { UserCache } from "../user-cache.ts";
import type { UserStore } from "../user-store.ts";

export interface CreateUserParts {
  readonly users: UserStore;
  readonly cache: UserCache;
}

const newUser = z.object({
  username: z.string().regex(/^[a-z0-9][a-z0-9_.-]{1,31}$/, "takes 2 to 32 of a-z, 0-9 and _.-"),
  name: z.string().trim().min(1).max(100),
  password: z.string().min(8).max(200),
});
const MAX_BYTES = 4096;

/** Adds a user, whom every list then shows. */
export function createUser({ users, cache }: CreateUserParts): CallHandler {
  return async (call) => {
    const body = await readJson(call, { maxBytes: MAX_BYTES });
    if (!body.ok) return;
    const given = parseInput(call, newUser, body.value);
    if (!given.ok) return;
    const user = await users.add({ ...given.value, role: "user" }, call);
    if (user === undefined) {
      const detail = `Cannot add ${given.value.username}: somebody has that name, so take another`;
      return respondProblem(call, { status: 409, code: "username_taken", detail });
    }
    await cache.forget();
    call.respond({
      status: 201,
      fields: [
        ["content-type", "application/json"],
        ["location", `/api/users/${user.id}`],
      ],
      body: JSON.stringify({ user }),
    });
  };
}
