import { expect, test } from "bun:test";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { heldStore } from "./testing/held-store.ts";
import { TEST_ID, testService } from "./testing/test-service.ts";

const sizes = { bytes: 100_000, parts: 10, parallel: 5 };

function eventsOf(exchange: FakeExchange): readonly { name: string; data: unknown }[] {
  const text = new TextDecoder().decode(Buffer.concat(exchange.answer.parts));
  return text.split("\n\n").flatMap((block) => {
    const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
    return name === "" ? [] : [{ name, data: JSON.parse(data) }];
  });
}

test("who watches is told all that is known, then how a test goes and what came of it", async () => {
  const held = heldStore({ hold: "CompleteMultipartUpload" });
  const service = testService({ store: held.store });
  const watching = service.send("GET /events");
  const running = service.send("POST /upload");
  await held.reached;
  await service.clock.advanceTo(500);
  const late = service.send("GET /events");
  held.release();
  await running.done;
  const points = [
    [250, 100_000],
    [500, 100_000],
  ];
  const test = { kind: "concurrent", bytes: 100_000 };
  const result = {
    ...{ success: true, ...test, uploadTime: 500, uploadSpeed: "0.19 MB/s" },
    ...{ fileKey: `speed-test/${TEST_ID}`, timestamp: "2025-07-12T13:20:00.155Z" },
  };
  const all = [...points, [500, 100_000]];
  expect(eventsOf(watching)).toEqual([
    { name: "state", data: { sizes, results: [] } },
    { name: "state", data: { sizes, results: [], test: { ...test, isRunning: true, points: [] } } },
    ...all.map((data) => ({ name: "progress", data })),
    {
      name: "state",
      data: { sizes, results: [result], test: { ...test, isRunning: false, points: all, result } },
    },
  ]);
  expect(eventsOf(late)[0]).toEqual({
    name: "state",
    data: { sizes, results: [], test: { ...test, isRunning: true, points } },
  });
});

test("a client that is too slow misses progress, but not the result", async () => {
  const held = heldStore({ hold: "PutObject" });
  const service = testService({ store: held.store });
  const watching = service.send("GET /events");
  watching.block();
  const running = service.send("POST /upload-single");
  await held.reached;
  await service.clock.advanceTo(2000);
  held.release();
  await running.done;
  expect(eventsOf(watching).map(({ name }) => name)).toEqual(["state", "state", "state"]);
});

test("of the results, the last twenty are kept", async () => {
  const service = testService({ store: heldStore({}).store });
  for (let run = 0; run < 25; run += 1) await service.send("POST /upload-single").done;
  expect(service.desk.state.results).toHaveLength(20);
});

test("a connection on which nothing happens is kept alive", async () => {
  const { clock, send } = testService({ store: heldStore({}).store });
  const watching = send("GET /events");
  await clock.advanceTo(31_000);
  const text = new TextDecoder().decode(Buffer.concat(watching.answer.parts));
  expect(text.split("\n\n").filter((block) => block.startsWith(":"))).toHaveLength(2);
});

test("so many may watch at once, and a place is free again when one goes", async () => {
  const { send } = testService({ store: heldStore({}).store });
  const [first] = [send("GET /events"), send("GET /events")];
  const third = await send("GET /events").done;
  first.goAway();
  const fourth = send("GET /events");
  expect([third.head?.status, fourth.answer.head?.status]).toEqual([503, 200]);
});

test("all end when the service stops", async () => {
  const { events, send } = testService({ store: heldStore({}).store });
  const watching = send("GET /events");
  events.end();
  expect((await watching.done).state).toBe("complete");
  expect((await send("GET /events").done).head?.status).toBe(503);
});
