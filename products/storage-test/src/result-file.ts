import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { RESULT_SCHEMA, type StorageResult } from "./result.ts";
import { StorageTestError } from "./storage-test-error.ts";

/** Before the test, which may take long: throws if its result could not be written there. */
export async function checkResultFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, "");
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Writes a result as JSON. Nothing secret is in it. */
export async function writeResultFile(path: string, result: StorageResult): Promise<void> {
  try {
    await Bun.write(path, `${JSON.stringify(result, undefined, 2)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): StorageTestError {
  const what = `Cannot write the result to ${path}: ${reason(cause)}`;
  return new StorageTestError("bad_file", what, { cause });
}

/** One that this or an equal version wrote. */
export async function readResultFile(path: string): Promise<StorageResult> {
  let parsed: unknown;
  try {
    parsed = await Bun.file(path).json();
  } catch (cause) {
    const what = `Cannot read the result ${path}: ${reason(cause)}`;
    throw new StorageTestError("bad_file", what, { cause });
  }
  if (isResult(parsed)) return parsed;
  throw new StorageTestError(
    "bad_file",
    `Cannot read the result ${path}: it is not what bw storage --json writes in this version (${RESULT_SCHEMA})`,
  );
}

/** By its schema, which only this program writes. */
function isResult(value: unknown): value is StorageResult {
  if (typeof value !== "object" || value === null) return false;
  if (!("schema" in value) || value.schema !== RESULT_SCHEMA) return false;
  if (!("phases" in value && "plan" in value && "target" in value)) return false;
  return Array.isArray(value.phases) && isObject(value.plan) && isObject(value.target);
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
