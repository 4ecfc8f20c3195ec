import { PreparedAnswer } from "@breakwater/http-server";
import { type Call, rewrittenCall, type Stage } from "@breakwater/service";
import { isPretty, jsonFields } from "./envelope.ts";

/** Of those of the kit, what is of use here. */
interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/**
 * Puts into the service's own envelope what the kit refuses: limits, unknown paths, bodies that are
 * too long. The outermost stage.
 */
export function kitProblems({ isCompat }: { readonly isCompat: boolean }): Stage {
  const toBody = isCompat ? originalBody : envelopeOf;
  return (next) => (call) => {
    const seen = rewrittenCall(call, {
      begin: (head) => call.begin(head),
      respond: (answer) => {
        if (answer instanceof PreparedAnswer || answer.status < 400) return call.respond(answer);
        const isProblem = answer.fields?.[0]?.[1] === "application/problem+json";
        if (!isProblem) return call.respond(answer);
        const fields = [...jsonFields, ...answer.fields.slice(1)];
        const value = toBody(JSON.parse(String(answer.body)) as Problem, call);
        const indent = isPretty(call.request) ? 2 : 0;
        call.respond({ ...answer, fields, body: `${JSON.stringify(value, undefined, indent)}\n` });
      },
    });
    return next(seen);
  };
}

function envelopeOf({ status, detail, code }: Problem, { id }: Call): object {
  return {
    status: "Failure",
    response_code: status,
    error_message: detail,
    code,
    request_id: id,
  };
}

/** Those of its framework were no envelopes. */
function originalBody({ status, detail }: Problem): object | null {
  if (status === 429) return null;
  const message = frameworks[status];
  if (message !== undefined) return { message };
  return { status: "Failure", response_code: 500, error_message: detail };
}

const frameworks: Readonly<Record<number, string>> = {
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
};
