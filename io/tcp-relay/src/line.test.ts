import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Impairments } from "./impairments.ts";
import { Line, MAX_HELD_BYTES, MAX_HELD_ITEMS, MIN_HELD_BYTES } from "./line.ts";
import { seededRandom } from "./seeded-random.ts";

interface Out {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** What comes out by then, each at the time at which it is due; the end's kind last. */
function drain(line: Line, fromMs: number, untilMs: number): { outs: Out[]; end?: string } {
  const outs: Out[] = [];
  let nowMs = fromMs;
  for (;;) {
    const arrival = line.arrived(nowMs);
    if (arrival?.kind === "bytes") {
      outs.push({ atMs: nowMs, bytes: arrival.bytes.slice() });
      line.took(arrival.bytes.length);
    } else if (arrival) return { outs, end: arrival.kind };
    else {
      const dueMs = line.nextDueMs();
      if (dueMs > untilMs || dueMs === Number.POSITIVE_INFINITY) return { outs };
      nowMs = Math.max(nowMs, dueMs);
    }
  }
}

const lineOf = (impairments: Impairments, seed = 1) => new Line(impairments, seededRandom(seed), 0);
const text = (outs: readonly Out[]) =>
  outs.map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
const bytesOf = (value: string) => new TextEncoder().encode(value);
const numbered = (length: number, from = 0) =>
  Uint8Array.from({ length }, (_, place) => (from + place) % 251);
const total = (outs: readonly Out[]) => outs.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** All but what loses bytes or stands still. */
const impairments: fc.Arbitrary<Impairments> = fc.record({
  latencyMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
  jitterMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  bytesPerSecond: fc.option(fc.integer({ min: 1, max: 1e7 }), { nil: undefined }),
  sliceBytes: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  sliceDelayMs: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
  slowCloseMs: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
});
const steps = fc.array(
  fc.record({
    waitMs: fc.double({ min: 0, max: 50, noNaN: true }),
    bytes: fc.integer({ min: 0, max: 3000 }),
    set: fc.option(impairments, { nil: undefined, freq: 5 }),
    isLookedAt: fc.boolean(),
  }),
  { maxLength: 20 },
);

test("every byte comes out once and in order, then the end, whatever changes meanwhile", () => {
  fc.assert(
    fc.property(impairments, steps, fc.integer(), (first, all, seed) => {
      const line = lineOf(first, seed);
      const outs: Out[] = [];
      let nowMs = 0;
      let sent = 0;
      for (const { waitMs, bytes, set, isLookedAt } of all) {
        if (isLookedAt) outs.push(...drain(line, nowMs, nowMs + waitMs).outs);
        nowMs += waitMs;
        if (set) line.set(set, nowMs);
        line.push(numbered(bytes, sent), nowMs);
        sent += bytes;
      }
      line.end(nowMs);
      const rest = drain(line, nowMs, Number.POSITIVE_INFINITY);
      const received = Buffer.concat([...outs, ...rest.outs].map(({ bytes }) => bytes));
      expect(received.equals(numbered(sent))).toBe(true);
      expect(rest.end).toBe("end");
      expect(line.heldBytes).toBe(0);
    }),
  );
});

test("no more than the bandwidth passes in any time, but for a bucket of 1 ms and one packet", () => {
  const sends = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ max: 20_000 })));
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 5e6 }), sends, (bytesPerSecond, all) => {
      const line = lineOf({ bytesPerSecond });
      const outs: Out[] = [];
      let nowMs = 0;
      for (const [waitMs, bytes] of all) {
        outs.push(...drain(line, nowMs, nowMs + waitMs).outs);
        nowMs += waitMs;
        line.push(new Uint8Array(Math.max(0, bytes)), nowMs);
      }
      outs.push(...drain(line, nowMs, Number.POSITIVE_INFINITY).outs);
      const packet = Math.max(1460, bytesPerSecond / 1000);
      for (const [first, { atMs }] of outs.entries()) {
        let passed = 0;
        for (const out of outs.slice(first)) {
          passed += out.bytes.length;
          const allowed = ((out.atMs - atMs + 1) / 1000) * bytesPerSecond + packet;
          expect(passed).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }
    }),
  );
});

test.each([
  [1000, 10_000],
  [1_000_000, 10_000_000],
  [100_000_000, 1_000_000_000],
])("%d bytes/s are reached, too, when it is looked late", (bytesPerSecond, bytes) => {
  const line = lineOf({ bytesPerSecond });
  // Not all at once: the memory is only reserved.
  const part = new Uint8Array(bytes / 100);
  for (let sent = 0; sent < 100; sent += 1) line.push(part, 0);
  let passed = 0;
  for (let nowMs = 0; nowMs <= 5000; nowMs += 25) {
    for (let now = line.arrived(nowMs); now?.kind === "bytes"; now = line.arrived(nowMs)) {
      passed += now.bytes.length;
      line.took(now.bytes.length);
    }
  }
  expect(passed / (bytesPerSecond * 5)).toBeWithin(0.99, 1.001);
});

test("latency is what it says, and with jitter within its bounds and in order", () => {
  const times = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1 });
  const ms = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(ms, ms, times, fc.integer(), (latencyMs, jitterMs, gaps, seed) => {
      const line = lineOf({ latencyMs, jitterMs }, seed);
      const sentMs: number[] = [];
      let nowMs = 0;
      for (const gap of gaps) {
        nowMs += gap;
        sentMs.push(nowMs);
        line.push(new Uint8Array(1), nowMs);
      }
      const { outs } = drain(line, 0, Number.POSITIVE_INFINITY);
      expect(outs).toHaveLength(sentMs.length);
      for (const [place, { atMs }] of outs.entries()) {
        const tookMs = atMs - sentMs[place]!;
        expect(tookMs).toBeGreaterThanOrEqual(Math.max(0, latencyMs - jitterMs) - 1e-9);
        expect(tookMs).toBeLessThanOrEqual(latencyMs + jitterMs + 1e-9);
      }
    }),
  );
});

test("the same seed makes the same jitter, another one another", () => {
  const times = (seed: number) => {
    const line = lineOf({ latencyMs: 50, jitterMs: 20 }, seed);
    for (let nowMs = 0; nowMs < 1000; nowMs += 100) line.push(new Uint8Array(1), nowMs);
    return drain(line, 0, 2000).outs.map(({ atMs }) => atMs);
  };
  expect(times(7)).toEqual(times(7));
  expect(times(7)).not.toEqual(times(8));
});

test("slices come apart, each after its delay", () => {
  const line = lineOf({ sliceBytes: 4, sliceDelayMs: 3 });
  line.push(bytesOf("abcdefghij"), 10);
  const { outs } = drain(line, 10, 100);
  expect(outs.map(({ atMs, bytes }) => [atMs, text([{ atMs, bytes }])])).toEqual([
    [10, "abcd"],
    [13, "efgh"],
    [16, "ij"],
  ]);
});

test("more slices than may be on their way are as late as all others, and no later", () => {
  const line = lineOf({ sliceBytes: 1, sliceDelayMs: 1, latencyMs: 100_000 });
  line.push(new Uint8Array(MAX_HELD_ITEMS * 3), 0);
  const { outs } = drain(line, 50_000, Number.POSITIVE_INFINITY);
  const wrong = outs.filter(({ atMs }, place) => atMs !== 100_000 + place);
  expect([outs.length, wrong]).toEqual([MAX_HELD_ITEMS * 3, []]);
});

test("small reads crowd a line before their bytes fill it", () => {
  const line = lineOf({ bytesPerSecond: 1 });
  const seen = [0, 1].map(() => {
    for (let reads = 0; reads < MAX_HELD_ITEMS - 1; reads += 1) line.push(new Uint8Array(1), 0);
    return line.isCrowded;
  });
  expect(seen).toEqual([false, true]);
  expect(line.heldBytes).toBeLessThan(line.roomBytes);
});

test("a tenfold bandwidth counts at once, also for what waits", () => {
  const line = lineOf({ bytesPerSecond: 1000 });
  line.push(new Uint8Array(11_000), 0);
  const before = drain(line, 0, 1000).outs;
  line.set({ bytesPerSecond: 10_000 }, 1000);
  const after = drain(line, 1000, 2000).outs;
  expect(total(before)).toBeWithin(980, 1002);
  expect(total(after)).toBeWithin(9900, 10_021);
});

test("a shorter latency brings sooner what is on its way, and in order", () => {
  const line = lineOf({ latencyMs: 10_000 });
  line.push(bytesOf("a"), 0);
  line.push(bytesOf("b"), 5);
  line.set({ latencyMs: 50 }, 100);
  line.push(bytesOf("c"), 120);
  const { outs } = drain(line, 100, 1000);
  expect(outs.map(({ atMs }) => atMs)).toEqual([150, 150, 170]);
  expect(text(outs)).toBe("abc");
});

test("closing slowly delays the end and nothing before it", () => {
  const line = lineOf({ latencyMs: 10, slowCloseMs: 500 });
  line.push(bytesOf("bye"), 0);
  line.end(0);
  expect(drain(line, 0, 509)).toEqual({ outs: [{ atMs: 10, bytes: bytesOf("bye") }] });
  expect(drain(line, 509, 510)).toEqual({ outs: [], end: "end" });
});

test("a limit lets exactly so many bytes pass, then closes", () => {
  const line = lineOf({ limitBytes: 5, latencyMs: 10 });
  line.push(bytesOf("abc"), 0);
  line.push(bytesOf("defg"), 0);
  line.push(bytesOf("h"), 0);
  const { outs, end } = drain(line, 0, 100);
  expect([text(outs), end]).toEqual(["abcde", "close"]);
});

test("during a timeout nothing passes, and then it closes", () => {
  const line = lineOf({ timeoutMs: 300 });
  line.push(bytesOf("abc"), 0);
  expect(line.nextDueMs()).toBe(300);
  expect(drain(line, 0, 299)).toEqual({ outs: [] });
  expect(drain(line, 299, 300)).toEqual({ outs: [], end: "close" });
});

test("a timeout that is lifted has lost nothing", () => {
  const line = lineOf({ timeoutMs: 0 });
  line.push(bytesOf("abc"), 0);
  expect(line.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  expect(drain(line, 0, 1e9)).toEqual({ outs: [] });
  line.set({}, 1e9);
  expect(text(drain(line, 1e9, 1e9).outs)).toBe("abc");
});

test("a reset by the peer comes after what is on its way, and what waits is lost with it", () => {
  const line = lineOf({ latencyMs: 100, bytesPerSecond: 1000 });
  line.push(new Uint8Array(1000), 0);
  line.reset(500);
  const { outs, end } = drain(line, 500, 1000);
  expect(total(outs)).toBeWithin(480, 501);
  expect(outs.at(-1)!.atMs).toBeLessThanOrEqual(600);
  expect(end).toBe("reset");
  expect(line.heldBytes).toBe(0);
});

test("resets come as often as they should, and by seed", () => {
  const resets = (seed: number) => {
    const random = seededRandom(seed);
    const lines = Array.from({ length: 10_000 }, () => new Line({ resetChance: 0.01 }, random, 0));
    return lines.map((line) => {
      line.push(new Uint8Array(1), 0);
      return line.arrived(0)?.kind === "reset";
    });
  };
  expect(resets(3).filter(Boolean).length).toBeWithin(70, 131);
  expect(resets(3)).toEqual(resets(3));
  expect(resets(3)).not.toEqual(resets(4));
});

test("connections are reset so long after it was set, whatever they hold", () => {
  const line = lineOf({ latencyMs: 1000, resetPeerMs: 200 });
  line.push(bytesOf("abc"), 0);
  expect(drain(line, 0, 199)).toEqual({ outs: [] });
  expect(drain(line, 199, 200)).toEqual({ outs: [], end: "reset" });
});

test.each([
  [{}, true, MIN_HELD_BYTES],
  [{ latencyMs: 0, jitterMs: 0 }, true, MIN_HELD_BYTES],
  [{ resetPeerMs: 100, slowCloseMs: 100, dropChance: 1 }, true, MIN_HELD_BYTES],
  [{ latencyMs: 1 }, false, MAX_HELD_BYTES],
  [{ bytesPerSecond: 1e6 }, false, MIN_HELD_BYTES + 20_000],
  [{ bytesPerSecond: 1e6, latencyMs: 500, jitterMs: 100 }, false, MIN_HELD_BYTES + 620_000],
  [{ bytesPerSecond: 1e9, latencyMs: 500 }, false, MAX_HELD_BYTES],
  [{ sliceBytes: 1 }, false, MIN_HELD_BYTES],
  [{ timeoutMs: 0 }, false, MIN_HELD_BYTES],
  [{ limitBytes: 1 }, false, MIN_HELD_BYTES],
  [{ resetChance: 0.1 }, false, MIN_HELD_BYTES],
])("with %j bytes may go straight on: %p; room for %d", (impairment, isStraight, room) => {
  const line = lineOf(impairment);
  expect(line.isStraight).toBe(isStraight);
  expect(line.roomBytes).toBe(room);
});
