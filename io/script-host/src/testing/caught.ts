import { ScriptError } from "../script-error.ts";

/** What the promise rejects with. */
export async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}

/** The `ScriptError` that the promise rejects with. */
export async function refusal(promise: Promise<unknown>): Promise<ScriptError> {
  const error = await caught(promise);
  if (error instanceof ScriptError) return error;
  throw error;
}
