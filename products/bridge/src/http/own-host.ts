import type { Stage } from "@breakwater/service";
import { isLocalHost } from "../origins.ts";
import { respondJson } from "./answers.ts";

/** For a bridge open to this machine alone: who asks has to call it by this machine's name. */
export const ownHost: Stage = (next) => (call) => {
  const { authority } = call.request;
  if (call.route.isCritical || authority === "" || isLocalHost(authority)) return next(call);
  const error = "Cannot be asked by that name without a token: call it localhost, or set a --host";
  respondJson(call, { error, code: "host_not_allowed" }, 421);
};
