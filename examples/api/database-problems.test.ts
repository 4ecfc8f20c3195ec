import { expect, test } from "bun:test";
import { DatabaseError, type DatabaseErrorCode } from "@breakwater/database";
import { ask } from "@breakwater/service/testing";
import { databaseProblems } from "./database-problems.ts";

const answerTo = (error: Error) =>
  ask(
    { target: "/" },
    {
      stages: [databaseProblems],
      handler: () => Promise.reject(error),
    },
  );

test.each<[DatabaseErrorCode, number, string]>([
  ["unavailable", 503, "database_unavailable"],
  ["timeout", 503, "database_timeout"],
  ["pool_exhausted", 503, "database_pool_exhausted"],
  ["bad_query", 500, "internal_error"],
  ["constraint", 500, "internal_error"],
])("a database that fails with %s is a %d", async (code, status, problem) => {
  const answer = await answerTo(new DatabaseError(code, "Cannot connect to db.internal"));
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, problem]);
  expect(answer.text).not.toContain("db.internal");
});

test("a mistake in a handler is a 500", async () => {
  expect((await answerTo(new TypeError("undefined is not a function"))).status).toBe(500);
});
