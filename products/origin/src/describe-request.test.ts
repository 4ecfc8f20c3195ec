import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { testDescriber } from "./testing/test-describer.ts";

test("a request is described under the keys of the seed's server, in their order", async () => {
  const clock = new FakeClock();
  await clock.advanceTo(12.3456);
  const request = new Request("http://origin/a?b=c", {
    method: "PUT",
    headers: { "Content-Type": "text/plain", "X-Twice": "1, 2" },
    body: "grüß",
  });
  const description = await testDescriber(clock)(request, { statusCode: 202, startedMs: 2 });
  expect(Object.entries(description)).toEqual([
    ["_myhostname", "here"],
    ["uri", "/a?b=c"],
    ["method", "PUT"],
    ["headers", { "content-type": "text/plain", "x-twice": "1, 2" }],
    ["content_type", "text/plain"],
    ["body", "grüß"],
    ["body_size", 6],
    ["source_addr", "192.0.2.7:40312"],
    ["destination_addr", "[::]:8080"],
    ["duration_ms", 10.346],
    ["status_code", 202],
  ]);
});

test("a body of more than a MiB is described by its first MiB and its whole length", async () => {
  const request = new Request("http://origin/", { method: "POST", body: "x".repeat(3_000_000) });
  const description = await testDescriber()(request, { statusCode: 200 });
  expect(description.body).toBe("x".repeat(2 ** 20));
  expect(description.body_size).toBe(3_000_000);
});
