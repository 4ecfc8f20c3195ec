import { type CallHandler, respondProblem } from "@breakwater/service";
import { respondJson } from "../json.ts";
import type { UserStore } from "../user-store.ts";

/** One user by its id. */
export function showUser(users: UserStore): CallHandler {
  return async (call) => {
    const { id = "" } = call.route.params;
    const user = await users.find(id, call);
    if (user !== undefined) return respondJson(call, { user });
    respondProblem(call, {
      status: 404,
      code: "unknown_user",
      detail: `Cannot find a user of the id ${JSON.stringify(id.slice(0, 100))}`,
    });
  };
}
