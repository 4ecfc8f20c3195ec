import { expect, test } from "bun:test";
import { health } from "./health.ts";

test("it is well", async () => {
  expect(health().status).toBe(200);
  expect(await health().json()).toEqual({ status: "ok" });
});
