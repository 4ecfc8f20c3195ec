import { DatabaseError } from "../database-error.ts";

/** The code of the error that it ends with, or what else came of it. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return (await caught(work)).code;
}

/** The error that it ends with. */
export async function caught(work: Promise<unknown>): Promise<DatabaseError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error("it was done");
}
