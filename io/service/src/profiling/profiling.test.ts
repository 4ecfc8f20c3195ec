import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { fakeExchange } from "@breakwater/http-server/testing";
import { profiling } from "./profiling.ts";

/** A real one of a process that has run all tests takes 20 s. */
const heapSnapshot = (): string => '{"snapshot":{}}';

test("a CPU profile lasts as long as was asked for, and is one", async () => {
  const clock = new FakeClock();
  const exchange = fakeExchange({ target: "/debug/pprof/profile?seconds=2" });
  const started = Promise.withResolvers<number>();
  const at = clock.at.bind(clock);
  clock.at = (dueMs, wake) => {
    started.resolve(dueMs);
    return at(dueMs, wake);
  };
  const answered = profiling({ name: "origin", clock, heapSnapshot })(exchange);
  expect(await started.promise).toBe(2000);
  await clock.advanceTo(1999);
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(2000);
  await answered;
  expect(JSON.parse(exchange.text())).toMatchObject({ nodes: expect.any(Array) });
});

test("a heap snapshot is a file of JSON", async () => {
  const exchange = fakeExchange({ target: "/debug/pprof/heap" });
  await profiling({ name: "origin", clock: new FakeClock(), heapSnapshot })(exchange);
  expect(exchange.text()).toBe('{"snapshot":{}}');
  expect(exchange.answer.head?.fields).toContainEqual([
    "content-disposition",
    'attachment; filename="origin.heapsnapshot"',
  ]);
});

test.each(["0", "-1", "abc", "3601", "NaN"])("%s seconds are refused", async (seconds) => {
  const exchange = fakeExchange({ target: `/debug/pprof/profile?seconds=${seconds}` });
  await profiling({ name: "origin", clock: new FakeClock(), heapSnapshot })(exchange);
  expect(exchange.answer.head?.status).toBe(400);
  expect(exchange.text()).toContain(`Cannot profile for \\"${seconds}\\" seconds`);
});

test("another path is told what there is", async () => {
  const exchange = fakeExchange({ target: "/debug" });
  await profiling({ name: "origin", clock: new FakeClock(), heapSnapshot })(exchange);
  expect(exchange.answer.head?.status).toBe(404);
  expect(exchange.text()).toContain("/debug/pprof/profile");
});
