import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import * as fc from "fast-check";
import { bandwidthPace } from "./paced-exchange.ts";
import { type Pace, Pacer, type Sink, steadyPace } from "./pacer.ts";

test("it sends so much at once and again at each interval", async () => {
  const { pacer, clock, sink } = paced(steadyPace(3, 10));
  expect(pacer.write(Buffer.from("abcdefgh"))).toBe(false);
  expect(sink.parts).toEqual(["abc"]);
  await clock.advanceTo(9.9);
  expect(sink.parts).toEqual(["abc"]);
  await clock.advanceTo(100);
  expect(sink.parts).toEqual(["abc", "def", "gh"]);
});

test("it asks for more when all has gone, and ends after it", async () => {
  const { pacer, clock, log } = paced(steadyPace(3, 10));
  pacer.onDrain(() => log.push(`${clock.nowMs()} drained`));
  pacer.write(Buffer.from("abcdef"));
  await clock.advanceTo(50);
  pacer.write(Buffer.from("ghijkl"));
  pacer.end(() => log.push(`${clock.nowMs()} ended`));
  await clock.advanceTo(100);
  expect(log).toEqual(["10 drained", "70 ended"]);
});

test("time in which there was nothing to send is not made up for", async () => {
  const { pacer, clock, sink } = paced(steadyPace(2, 10));
  expect(pacer.write(Buffer.from("ab"))).toBe(true);
  await clock.advanceTo(1000);
  pacer.write(Buffer.from("cdef"));
  expect(sink.parts).toEqual(["ab"]);
  await clock.advanceTo(1010);
  expect(sink.parts).toEqual(["ab", "cd"]);
});

test("it waits for a sink that is full, and does not make up for that either", async () => {
  const { pacer, clock, sink } = paced(steadyPace(2, 10));
  sink.isFull = true;
  pacer.write(Buffer.from("abcdef"));
  await clock.advanceTo(1000);
  expect(sink.parts).toEqual(["ab"]);
  sink.isFull = false;
  sink.drained();
  expect(sink.parts).toEqual(["ab"]);
  await clock.advanceTo(1020);
  expect(sink.parts).toEqual(["ab", "cd", "ef"]);
});

test("who writes on when told to wait is cut off at the limit", () => {
  const { pacer, log, sink } = paced(steadyPace(1, 10));
  const megabyte = new Uint8Array(2 ** 20);
  for (let written = 0; written < 40; written += 1) pacer.write(megabyte);
  expect(log).toEqual(["overflow"]);
  expect(sink.parts).toHaveLength(1);
});

test("what is dropped is never sent", async () => {
  const { pacer, clock, sink } = paced(steadyPace(1, 10));
  pacer.write(Buffer.from("abc"));
  pacer.drop();
  await clock.advanceTo(1000);
  expect(sink.parts).toEqual(["a"]);
});

test("however it is cut, all of it comes, in order, and never sooner than the limit", async () => {
  const parts = fc.array(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 8 });
  const rate = fc.integer({ min: 500, max: 2 ** 30 });
  await fc.assert(
    fc.asyncProperty(parts, rate, async (sizes, bytesPerSecond) => {
      const { pacer, clock, sink } = paced(bandwidthPace(bytesPerSecond));
      let place = 0;
      for (const size of sizes) {
        pacer.write(Uint8Array.from({ length: size }, () => place++ % 128));
      }
      let endedMs = -1;
      pacer.end(() => {
        endedMs = clock.nowMs();
      });
      await clock.advanceTo(200_000);
      const bytes = Buffer.from(sink.parts.join(""), "latin1");
      expect(bytes).toEqual(Buffer.from(Uint8Array.from({ length: place }, (_, at) => at % 128)));
      const slice = Math.max(1, bytesPerSecond * 0.02);
      expect(endedMs).toBeGreaterThanOrEqual(((place - slice - 1) / bytesPerSecond) * 1000);
      expect(endedMs).toBeLessThanOrEqual((place / bytesPerSecond) * 1000 + 20);
    }),
    { numRuns: 50 },
  );
});

class TestSink implements Sink {
  readonly parts: string[] = [];
  isFull: boolean = false;
  drained: () => void = () => {};

  write(bytes: Uint8Array): boolean {
    this.parts.push(Buffer.from(bytes).toString("latin1"));
    return !this.isFull;
  }

  onDrain(drained: () => void): void {
    this.drained = drained;
  }
}

interface Paced {
  readonly pacer: Pacer;
  readonly clock: FakeClock;
  readonly sink: TestSink;
  readonly log: string[];
}

function paced(pace: Pace): Paced {
  const clock = new FakeClock();
  const sink = new TestSink();
  const log: string[] = [];
  const pacer = new Pacer({ sink, pace, clock, onOverflow: () => log.push("overflow") });
  return { pacer, clock, sink, log };
}
