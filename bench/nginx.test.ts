import { expect, test } from "bun:test";
import { join } from "node:path";
import { readServed } from "./nginx.ts";

test("nginx has served all that it counted but the question", async () => {
  const status = await Bun.file(
    join(import.meta.dirname, "readings/captured/nginx-status.txt"),
  ).text();
  expect(readServed(status)).toBe(462_592);
});

test("an nginx without stub_status is told", () => {
  expect(() => readServed("<h1>404 Not Found</h1>")).toThrow("Cannot read nginx's stub_status");
});
