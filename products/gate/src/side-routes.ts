import { type Call, isFrom, respondProblem, type ServiceRoutes } from "@breakwater/service";
import { GateError } from "./gate-error.ts";
import type { GateStatus } from "./gate-status.ts";

export interface SideParts {
  readonly status: () => GateStatus;
  /** Throws a GateError. */
  readonly reload: () => void;
}

/** What the side port answers beside metrics and health. */
export function sideRoutes({ status, reload }: SideParts): ServiceRoutes {
  const isFromHere = isFrom(["127.0.0.0/8", "::1"]);
  return {
    "GET /status": (call) => respondJson(call, status()),
    "POST /reload": (call) => {
      // For this machine alone, and not for web pages that are open on it.
      if (!isFromHere(call) || call.request.header("origin") !== undefined) {
        const detail = "Cannot reload for another machine or a web page: ask from this machine";
        return respondProblem(call, { status: 403, code: "not_local", detail });
      }
      try {
        reload();
        respondJson(call, status());
      } catch (error) {
        if (!(error instanceof GateError)) throw error;
        respondProblem(call, { status: 409, code: error.code, detail: error.message });
      }
    },
  };
}

function respondJson(call: Call, value: unknown): void {
  call.respond({
    status: 200,
    fields: [
      ["content-type", "application/json"],
      ["cache-control", "no-store"],
    ],
    body: `${JSON.stringify(value)}\n`,
  });
}
