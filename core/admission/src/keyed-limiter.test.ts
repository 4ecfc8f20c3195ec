import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type KeyedLimiterOptions, keyedLimiter } from "./keyed-limiter.ts";
import type { Limiter } from "./limiter.ts";
import type { Permit } from "./permit.ts";
import type { Rejection } from "./rejection.ts";
import { FakeClock } from "./testing/fake-clock.ts";

const perKey = { name: "per key", maxKeys: 2, idleMs: 1000, whenFull: "reject" } as const;

function setUp(options: Partial<KeyedLimiterOptions> = {}) {
  const clock = new FakeClock();
  const made: string[] = [];
  const make = (key: string): Limiter => {
    made.push(key);
    return oneAtATime(key);
  };
  return { clock, made, limiter: keyedLimiter({ ...perKey, clock, make, ...options }) };
}

describe("keyed limiter", () => {
  test("gives each key its own share, and its limiter once", () => {
    const { limiter, made } = setUp();
    const answers = ["a", "b", "a", "b"].map((key) => limiter.tryAcquire(key).admitted);
    expect(answers).toEqual([true, true, false, false]);
    expect(made).toEqual(["a", "b"]);
    expect(limiter.size).toBe(2);
  });

  test("passes on what is known of the request, waiting or not", async () => {
    const { limiter } = setUp();
    expect(limiter.tryAcquire("a", { partition: "gold" })).toMatchObject({ partition: "gold" });
    expect(await limiter.acquire("b", { partition: "tin" })).toMatchObject({ partition: "tin" });
  });

  test("rejects a new key while there are too many", () => {
    const { limiter } = setUp();
    for (const key of ["a", "b"]) release(limiter.tryAcquire(key));
    expect(limiter.tryAcquire("c", { partition: "gold" })).toEqual({
      admitted: false,
      reason: "share",
      retryAfterMs: 1000,
      limiter: "per key",
      partition: "gold",
    });
    expect(limiter.tryAcquire("a").admitted).toBe(true);
  });

  test("forgets a key that was idle for long enough", () => {
    const { limiter, clock, made } = setUp();
    for (const key of ["a", "b"]) release(limiter.tryAcquire(key));
    clock.advance(999);
    expect(limiter.tryAcquire("c").admitted).toBe(false);
    clock.advance(1);
    expect(limiter.tryAcquire("c").admitted).toBe(true);
    expect(made).toEqual(["a", "b", "c"]);
    expect(limiter.size).toBe(1);
  });

  test("evicts one with nothing out at once, where it may", () => {
    const { limiter, made } = setUp({ whenFull: "evict-idle" });
    for (const key of ["a", "b", "a"]) release(limiter.tryAcquire(key));
    expect(limiter.tryAcquire("c").admitted).toBe(true);
    expect(limiter.tryAcquire("a").admitted).toBe(true);
    expect(made).toEqual(["a", "b", "c"]); // b was used the longest ago
  });

  test.each(["reject", "evict-idle"] as const)(
    "never forgets one with permits out: %s",
    (whenFull) => {
      const { limiter, clock } = setUp({ whenFull });
      const held = ["a", "b"].map((key) => limiter.tryAcquire(key));
      clock.advance(1e9);
      expect(limiter.tryAcquire("c")).toMatchObject({ admitted: false, reason: "share" });
      for (const permit of held) release(permit);
      clock.advance(1000);
      expect(limiter.tryAcquire("c").admitted).toBe(true);
    },
  );

  test("finds room behind many that are in use", () => {
    const { limiter } = setUp({ maxKeys: 40, whenFull: "evict-idle" });
    for (let index = 0; index < 39; index += 1) limiter.tryAcquire(`busy ${index}`);
    release(limiter.tryAcquire("idle"));
    const tries = Array.from({ length: 6 }, () => limiter.tryAcquire("new").admitted);
    expect(tries.at(-1)).toBe(false); // its own permit is out by then
    expect(tries.filter(Boolean)).toHaveLength(1);
  });

  test("a clock that jumps back forgets nobody too early", () => {
    const { limiter, clock } = setUp();
    for (const key of ["a", "b"]) release(limiter.tryAcquire(key));
    clock.jump(-1e6);
    expect(limiter.tryAcquire("c").admitted).toBe(false);
    release(limiter.tryAcquire("a"));
    expect(limiter.tryAcquire("a").admitted).toBe(true);
  });

  test("closes all, and those to come", () => {
    const { limiter } = setUp();
    limiter.tryAcquire("a");
    limiter.close();
    const reasons = ["a", "b", "c"].map((key) => limiter.tryAcquire(key));
    expect(reasons).toEqual(Array(3).fill(expect.objectContaining({ reason: "draining" })));
  });

  test("no key ever has more out than its limit, nor are there too many keys", () => {
    const keys = fc.constantFrom("a", "b", "c", "d", "e");
    const steps = fc.array(fc.tuple(keys, fc.boolean(), fc.nat(2000)), { maxLength: 100 });
    fc.assert(
      fc.property(steps, fc.constantFrom("reject", "evict-idle"), (told, whenFull) => {
        const { limiter, clock } = setUp({ maxKeys: 3, whenFull });
        const out = new Map<string, Permit>();
        for (const [key, isAsked, passMs] of told) {
          clock.advance(passMs);
          const answer = isAsked ? limiter.tryAcquire(key) : undefined;
          expect(answer?.admitted === true && out.has(key)).toBe(false);
          if (answer?.admitted) out.set(key, answer);
          if (!isAsked) out.get(key)?.release("success");
          if (!isAsked) out.delete(key);
          expect(limiter.size).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  test.each([
    ["maxKeys 0", { maxKeys: 0 }],
    ["maxKeys NaN", { maxKeys: Number.NaN }],
    ["idleMs -1", { idleMs: -1 }],
  ])("refuses %s", (option, wrong) => {
    const message = expect.stringContaining(`Cannot use ${option}: it takes `);
    expect(() => setUp(wrong)).toThrow(expect.objectContaining({ code: "bad_option", message }));
  });
});

function release(answer: Permit | Rejection): void {
  if (answer.admitted) answer.release("success");
}

/** The least that a limiter can be: one permit, no queue. */
function oneAtATime(name: string): Limiter {
  let inFlight = 0;
  let isClosed = false;
  const tryAcquire: Limiter["tryAcquire"] = (context) => {
    const partition = context?.partition;
    const reason = isClosed ? "draining" : "limit";
    if (isClosed || inFlight === 1) {
      return { admitted: false, reason, retryAfterMs: 0, limiter: name, partition };
    }
    inFlight = 1;
    const release = () => {
      inFlight = 0;
    };
    return { admitted: true, partition, waitedMs: 0, release, [Symbol.dispose]: release };
  };
  return {
    name,
    tryAcquire,
    acquire: (context) => tryAcquire(context),
    snapshot: () => ({
      name,
      limit: 1,
      inFlight,
      queued: 0,
      algorithm: "fixed",
      admitted: 0,
      rejected: {},
      released: {},
      doubleReleases: 0,
      partitions: {},
      mode: "enforce",
    }),
    close: () => {
      isClosed = true;
    },
  };
}
