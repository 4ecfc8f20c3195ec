import { expect, test } from "bun:test";
import { testDescriber } from "../testing/test-describer.ts";
import { echo } from "./echo.ts";

test("the request comes back as JSON", async () => {
  const response = await echo({ describe: testDescriber() })(new Request("http://origin/a"), {});
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("application/json");
  expect(await response.json()).toMatchObject({ uri: "/a", status_code: 200 });
});
