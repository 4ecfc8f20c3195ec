import { DatabaseError, type DatabaseErrorCode } from "@breakwater/database";
import { type Call, respondProblem, type Stage } from "@breakwater/service";

/** What a client is told when the database fails; a mistake of ours is a 500 and is logged. */
const answers: Readonly<Record<DatabaseErrorCode, "busy" | "mistake">> = {
  unavailable: "busy",
  conflict: "busy",
  timeout: "busy",
  pool_exhausted: "busy",
  pool_timeout: "busy",
  aborted: "busy",
  closed: "busy",
  constraint: "mistake",
  bad_query: "mistake",
  bad_option: "mistake",
};

/** Answers 503 where the database cannot be asked now. */
export const databaseProblems: Stage = (next) => async (call) => {
  try {
    await next(call);
  } catch (error) {
    if (!(error instanceof DatabaseError) || answers[error.code] === "mistake") throw error;
    respondBusy(call, error.code);
  }
};

function respondBusy(call: Call, code: DatabaseErrorCode): void {
  respondProblem(call, {
    status: 503,
    code: `database_${code}`,
    detail: "Cannot ask the database now: try again in a moment",
    fields: [["retry-after", "1"]],
  });
}
