import { expect, test } from "bun:test";
import { ObjectStoreError, type ObjectStoreErrorCode } from "@breakwater/object-store";
import { filesService, type Told } from "./testing/files-service.ts";

/** Of a listing for which the store says that, and what the log had when the service had ended. */
async function listed(code: ObjectStoreErrorCode): Promise<{ told: Told; log: string }> {
  let log = "";
  let told: Told;
  {
    await using files = await filesService({
      faults: () => ({ error: new ObjectStoreError(code, "Cannot", { detail: "what it said" }) }),
      onLog: (text) => {
        log += text;
      },
    });
    told = await files.ask("/list");
  }
  return { told, log };
}

test.each<[ObjectStoreErrorCode, number, boolean]>([
  ["precondition_failed", 412, false],
  ["bad_range", 416, false],
  ["bad_size", 413, false],
  ["no_such_upload", 410, false],
  ["aborted", 503, false],
  ["unreachable", 502, true],
  ["access_denied", 502, true],
  ["overloaded", 503, true],
  ["bad_request", 400, true],
])("a store that says %s is %d, and worth a warning: %p", async (code, status, isLogged) => {
  const { told, log } = await listed(code);
  expect(told.status).toBe(status);
  expect(told.text).not.toContain("what it said");
  expect(log.includes("The store did not do what was asked")).toBe(isLogged);
});
