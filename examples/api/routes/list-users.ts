import type { CallHandler } from "@breakwater/service";
import { z } from "zod";
import { respondJson } from "../json.ts";
import { parseInput } from "../parse-input.ts";
import type { UserStore } from "../user-store.ts";

const whole = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number);
const page = z.object({
  limit: whole.pipe(z.int().min(1).max(100)).default(20),
  offset: whole.pipe(z.int().max(1_000_000)).default(0),
});

/** A page of users: ?limit=20&offset=0. */
export function listUsers(users: UserStore): CallHandler {
  return async (call) => {
    const query = Object.fromEntries(new URLSearchParams(call.request.query));
    const given = parseInput(call, page, query);
    if (!given.ok) return;
    const found = await users.list(given.value, call);
    respondJson(call, { users: found, total: await users.count(call), ...given.value });
  };
}
