import { expect, test } from "bun:test";
import { exitCode, RunError } from "../exit-code.ts";
import { caught } from "../vu/testing/test-user.ts";
import { StopRequests } from "./stop-requests.ts";
import { fakeIo } from "./testing/fake-io.ts";

test("each signal goes to who listens now, and says whether it is the first", () => {
  const io = fakeIo();
  const log: string[] = [];
  {
    using stop = new StopRequests(io);
    io.signal("first"); // nobody yet
    stop.listen((signal, isFirst) => log.push(`a ${signal} ${isFirst}`));
    io.signal("first");
    stop.listen((signal, isFirst) => log.push(`b ${signal} ${isFirst}`));
    io.signal("second");
  }
  expect(io.signal("second")).toBe(false); // given back
  expect(log).toEqual(["a SIGINT true", "b SIGINT false"]);
});

test.each([
  ["nothing", undefined, undefined],
  ["work", Promise.resolve(7), 7],
])("during() gives what the work gives: %s", async (_name, work, wanted) => {
  using stop = new StopRequests(fakeIo());
  expect(await stop.during("setup()", work)).toBe(wanted);
});

test.each(["first", "second"] as const)("the %s signal ends the wait for work", async (which) => {
  const io = fakeIo();
  using stop = new StopRequests(io);
  const work = Promise.withResolvers<void>();
  const ended = caught(stop.during("setup()", work.promise));
  io.signal(which);
  const error = (await ended) as RunError;
  expect(error).toBeInstanceOf(RunError);
  expect([error.exitCode, error.message]).toEqual([
    exitCode.externalAbort,
    "SIGINT: setup() was not waited for",
  ]);
  work.reject(new Error("too late to matter"));
  io.signal(which);
});

test("what the work throws is thrown on", async () => {
  using stop = new StopRequests(fakeIo());
  const error = new Error("no");
  expect(await caught(stop.during("setup()", Promise.reject(error)))).toBe(error);
});
