import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Meter } from "./meter.ts";

const call = {
  ...{ operation: "PutObject", key: "k", attempt: 1, startedMs: 0, blockedMs: 0, waitingMs: 5 },
  ...{ endedMs: 10, bytesSent: 0, bytesReceived: 0, isReused: true, status: 200 },
  errorCode: undefined,
};

describe("what a phase has measured", () => {
  test("percentiles are those of the sorted times, to a thousandth", () => {
    const times = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, (all) => {
        const meter = new Meter(["put"]);
        meter.open(0);
        for (const endedMs of all) {
          meter.done("put", { startedMs: 0, endedMs, objects: 1, isVerified: false });
        }
        const { wholeMs } = meter.results()[0]!;
        const sorted = all.toSorted((a, b) => a - b);
        const low = sorted[Math.floor(0.9 * (all.length - 1))]!;
        const high = sorted[Math.ceil(0.9 * (all.length - 1))]!;
        expect(wholeMs.p90).toBeGreaterThanOrEqual(low * 0.999);
        expect(wholeMs.p90).toBeLessThanOrEqual(high * 1.001);
        expect(wholeMs).toMatchObject({ max: sorted.at(-1)!, count: all.length });
      }),
    );
  });

  test("bytes by second add up to all of them, and a part of a second at the end is left out", () => {
    const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 4999 }), fc.nat(1000)));
    fc.assert(
      fc.property(moves, (all) => {
        const meter = new Meter(["put"]);
        meter.open(0);
        for (const [nowMs, bytes] of all) meter.addBytes("put", bytes, nowMs);
        meter.close(5500);
        const { perSecond, bytes } = meter.results()[0]!;
        expect(perSecond.bytes).toHaveLength(5);
        expect(perSecond.bytes.reduce((sum, each) => sum + each, 0)).toBe(bytes);
      }),
    );
  });

  test("before the window and after it nothing counts", () => {
    const meter = new Meter(["put"]);
    const done = { startedMs: 0, endedMs: 1, objects: 1, isVerified: false };
    meter.addBytes("put", 10, 1);
    meter.done("put", done);
    meter.open(1000);
    meter.addBytes("put", 7, 1500);
    meter.close(2000);
    meter.addBytes("put", 10, 2500);
    meter.failed("put", "aborted");
    expect(meter.results()[0]).toMatchObject({ bytes: 7, count: 0, errors: {} });
    expect(meter.moved).toBe(27);
  });

  test("bytes that go again count once, but their second keeps them", () => {
    const meter = new Meter(["put"]);
    meter.open(0);
    meter.addBytes("put", 100, 500);
    meter.addBytes("put", -100, 1500);
    meter.addBytes("put", 100, 1600);
    meter.close(2000);
    expect(meter.results()[0]).toMatchObject({ bytes: 100, perSecond: { bytes: [100, 100] } });
  });

  test("first bytes are of the attempts that went well; further attempts are retries", () => {
    const meter = new Meter(["put"]);
    meter.open(0);
    meter.observed({ ...call, isReused: false });
    meter.observed({ ...call, attempt: 2, status: 0 });
    meter.observed({ ...call, attempt: 3, status: 503, waitingMs: 9 });
    meter.observed({ ...call, operation: "ListObjectsV2" });
    const [put] = meter.results();
    expect(put).toMatchObject({ retries: 2, firstByteMs: { count: 1, max: 5 } });
    expect(meter.connections).toBe(1);
  });
});
