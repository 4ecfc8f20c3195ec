import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { readConfig } from "@breakwater/config";
import { apiLimiter } from "./limiter.ts";
import { settingsSchema } from "./settings.ts";

function limiterOf(flags: string) {
  const read = readConfig({
    schema: settingsSchema,
    name: "api",
    prefix: "",
    arguments: flags.split(" ").filter((part) => part !== ""),
    environment: {},
    readFile: () => "",
  });
  if (read.kind !== "config") throw new Error(JSON.stringify(read));
  const { limiter, capacity } = apiLimiter(read.config.settings, new FakeClock());
  return { ...limiter.snapshot(), ...capacity };
}

test.each([
  ["", { normalCapacity: 3350, workers: 335, queue: 3015, maxCcu: 5000 }],
  ["--max-ccu 100 --utilization 50", { normalCapacity: 50, workers: 50, maxCcu: 100 }],
  [
    "--workers 500 --max-queue 2850 --max-ccu 5000",
    { normalCapacity: 3350, workers: 500, queue: 2850, maxCcu: 5000 },
  ],
  ["--limit 20", { limit: 20, algorithm: "fixed", queueSize: 0 }],
  ["--limit 20 --max-queue 5", { limit: 20, queueSize: 5 }],
  ["--limit adaptive", { algorithm: "plateau", queueSize: 0 }],
])("the limit of %p", (flags, want) => {
  expect(limiterOf(flags)).toMatchObject(want);
});
