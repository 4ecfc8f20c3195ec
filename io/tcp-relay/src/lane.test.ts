import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { Impairments } from "./impairments.ts";
import { Lane, type LaneSocket } from "./lane.ts";
import { MAX_HELD_BYTES } from "./line.ts";
import { seededRandom } from "./seeded-random.ts";

/** A socket that takes as much as it is told to. */
class FakeSocket implements LaneSocket {
  readonly #clock: FakeClock;
  readonly written: [atMs: number, text: string][] = [];
  room = Number.POSITIVE_INFINITY;
  isPaused: boolean = false;
  bytes = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(this.room, bytes.length);
    this.room -= taken;
    this.bytes += Math.max(0, taken);
    if (taken > 0) {
      const text = new TextDecoder().decode(bytes.subarray(0, taken));
      this.written.push([this.#clock.nowMs(), text]);
    }
    return taken;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

function stage(impairments: Impairments = {}, shareBytes = MAX_HELD_BYTES) {
  const clock = new FakeClock();
  const from = new FakeSocket(clock);
  const to = new FakeSocket(clock);
  const told: string[] = [];
  const owner = {
    shareBytes,
    onDelivered: () => {},
    onLineEnd: (_lane: Lane, kind: string) => void told.push(`${clock.nowMs()} ${kind}`),
    onLost: () => void told.push(`${clock.nowMs()} lost`),
  };
  const lane = new Lane({ clock, random: seededRandom(1), impairments, from, owner });
  return { clock, from, to, lane, told };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("without impairments a read is a write at once", () => {
  const { lane, to } = stage();
  lane.connect(to);
  lane.onData(bytes("abc"));
  expect(to.written).toEqual([[0, "abc"]]);
});

test("what comes before there is an upstream waits for it, then its end", () => {
  const { lane, to, told } = stage();
  lane.onData(bytes("abc"));
  lane.onEnd();
  lane.connect(to);
  expect([to.written, told]).toEqual([[[0, "abc"]], ["0 end"]]);
});

test("latency counts from each read, in whole ms at most 1 ms late", async () => {
  const { clock, lane, to } = stage({ latencyMs: 50 });
  lane.connect(to);
  lane.onData(bytes("a"));
  clock.at(20, () => lane.onData(bytes("b")));
  clock.at(20.4, () => lane.onData(bytes("c")));
  clock.at(30, () => lane.onEnd());
  await clock.advanceTo(1000);
  expect(to.written).toEqual([
    [50, "a"],
    [70, "b"],
    [71, "c"],
  ]);
});

test("each slice is a write of its own", () => {
  const { lane, to } = stage({ sliceBytes: 2 });
  lane.connect(to);
  lane.onData(bytes("abcde"));
  expect(to.written.map(([, text]) => text)).toEqual(["ab", "cd", "e"]);
});

test("many slices leave turns to others, and all come", async () => {
  const { clock, lane, to } = stage({ sliceBytes: 1 });
  lane.connect(to);
  lane.onData(bytes("x".repeat(2500)));
  expect(to.written).toHaveLength(1000);
  await clock.advanceTo(2);
  expect(to.written).toHaveLength(2500);
});

test("what the receiver does not take is kept, reading pauses, and goes on when it is half gone", () => {
  const { from, lane, to } = stage();
  lane.connect(to);
  to.room = 10_000;
  lane.onData(new Uint8Array(70_000));
  expect([to.bytes, from.isPaused]).toEqual([10_000, false]);
  lane.onData(new Uint8Array(10_000));
  expect([to.bytes, from.isPaused]).toEqual([10_000, true]);
  to.room = 20_000;
  lane.onDrain();
  expect([to.bytes, from.isPaused]).toEqual([30_000, true]);
  to.room = Number.POSITIVE_INFINITY;
  lane.onDrain();
  expect([to.bytes, from.isPaused]).toEqual([80_000, false]);
});

test("a long line is filled up to its limit, and to its share when there are many", () => {
  const filled = (share: number) => {
    const { from, lane, to } = stage({ latencyMs: 1000 }, share);
    lane.connect(to);
    let sent = 0;
    for (; !from.isPaused; sent += 65_536) lane.onData(new Uint8Array(65_536));
    return sent;
  };
  expect(filled(MAX_HELD_BYTES)).toBe(MAX_HELD_BYTES);
  expect(filled(1_000_000)).toBe(16 * 65_536);
  expect(filled(1)).toBe(65_536);
});

test("an end waits for what the receiver has not taken", () => {
  const { lane, to, told } = stage();
  lane.connect(to);
  to.room = 1;
  lane.onData(bytes("abc"));
  lane.onEnd();
  expect(told).toEqual([]);
  to.room = 2;
  lane.onDrain();
  expect([to.bytes, told]).toEqual([3, ["0 end"]]);
});

test("a reset comes after its latency, though the receiver takes nothing", async () => {
  const { clock, lane, to, told } = stage({ latencyMs: 10 });
  lane.connect(to);
  to.room = 1;
  lane.onData(bytes("abc"));
  clock.at(5, () => lane.onReset());
  await clock.advanceTo(100);
  expect([to.bytes, told]).toEqual([1, ["15 reset"]]);
});

test.each([
  [{ timeoutMs: 100 }, ["100 close"]],
  [{ resetPeerMs: 100 }, ["100 reset"]],
])("with %j it ends in time though nobody takes anything", async (impairments, want) => {
  const { clock, lane, to, told } = stage();
  lane.connect(to);
  to.room = 1;
  lane.onData(bytes("abc"));
  lane.set(impairments);
  await clock.advanceTo(99);
  expect(told).toEqual([]);
  await clock.advanceTo(100);
  expect(told).toEqual(want);
});

test("held, nothing moves and nothing is read; released, all that is due comes", async () => {
  const { clock, from, lane, to } = stage({ latencyMs: 10 });
  lane.connect(to);
  lane.onData(bytes("abc"));
  lane.hold();
  await clock.advanceTo(100);
  expect([to.written, from.isPaused]).toEqual([[], true]);
  lane.release();
  expect([to.written, from.isPaused]).toEqual([[[100, "abc"]], false]);
});

test("a connection that the kernel has lost is told, once", () => {
  const { lane, to, told } = stage();
  lane.connect(to);
  to.room = -1;
  lane.onData(bytes("abc"));
  lane.stop();
  lane.onData(bytes("def"));
  lane.onDrain();
  expect(told).toEqual(["0 lost"]);
});

test("a change acts on what waits, at once", async () => {
  const { clock, lane, to } = stage({ bytesPerSecond: 100 });
  lane.connect(to);
  lane.onData(bytes("x".repeat(5000)));
  await clock.advanceTo(1000);
  expect(to.bytes).toBeLessThanOrEqual(101);
  lane.set({});
  expect(to.bytes).toBe(5000);
  expect(clock.nowMs()).toBe(1000);
});
