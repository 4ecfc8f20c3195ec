import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { testUser } from "../../vu/testing/test-user.ts";
import { timersOf } from "../timers/timers.ts";
import { streamsModule } from "./streams-module.ts";

type Streams = Pick<typeof globalThis, "ReadableStream" | "WritableStream">;

async function setUp() {
  const clock = new FakeClock();
  const vu = testUser({ clock });
  const create = await streamsModule.load();
  const streams = create(vu.user) as Streams & Record<string, unknown>;
  const log: string[] = [];
  const note = (text: string): void => {
    log.push(`${clock.nowMs()} ${text}`);
  };
  return { clock, vu, streams, timers: timersOf(vu.user), log, note };
}

test("the iteration goes on as long as timers fill a stream that it reads", async () => {
  const { clock, vu, streams, timers, log, note } = await setUp();
  const done = vu.iterate(async () => {
    let number = 0;
    const stream = new streams.ReadableStream<number>({
      start(controller) {
        const next = () => {
          number += 1;
          if (number > 3) controller.close();
          else {
            controller.enqueue(number);
            timers.setTimeout(next, 1000);
          }
        };
        timers.setTimeout(next, 1000);
      },
    });
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      note(`got ${value}`);
    }
    note("done");
  });
  await clock.advanceTo(10_000);
  expect(await done).toBe("complete");
  expect(log).toEqual(["1000 got 1", "2000 got 2", "3000 got 3", "4000 done"]);
});

test("a writer that waits for `ready` is held back by a slow sink", async () => {
  const { clock, vu, streams, timers, log, note } = await setUp();
  const sink = {
    write: async (chunk: number) => {
      await new Promise<void>((resolve) => timers.setTimeout(resolve, 200));
      note(`wrote ${chunk}`);
    },
    close: () => note("closed"),
  };
  const done = vu.iterate(async () => {
    const writer = new streams.WritableStream<number>(sink, { highWaterMark: 1 }).getWriter();
    const writes: Promise<void>[] = [];
    for (const chunk of [1, 2, 3]) {
      await writer.ready;
      note(`ready for ${chunk}`);
      writes.push(writer.write(chunk));
    }
    await Promise.all(writes);
    await writer.close();
    await writer.closed;
  });
  await clock.advanceTo(10_000);
  expect(await done).toBe("complete");
  expect(log).toEqual([
    "0 ready for 1",
    "200 wrote 1",
    "200 ready for 2",
    "400 wrote 2",
    "400 ready for 3",
    "600 wrote 3",
    "600 closed",
  ]);
});

test("a stream that fails rejects what reads it", async () => {
  const { vu, streams } = await setUp();
  const reason = await vu.inside(async () => {
    const stream = new streams.ReadableStream({
      pull(controller) {
        controller.error(new Error("broken"));
      },
    });
    return await stream
      .getReader()
      .read()
      .catch((error: unknown) => error);
  });
  expect(reason).toEqual(new Error("broken"));
});

test("the module has k6's names", async () => {
  const { streams } = await setUp();
  expect(Object.keys(streams)).toEqual([...streamsModule.surface.names]);
  expect(streamsModule.surface.names).toEqual([
    "ReadableStream",
    "ReadableStreamDefaultReader",
    "WritableStream",
    "WritableStreamDefaultWriter",
    "CountQueuingStrategy",
  ]);
});
