import { expect, test } from "bun:test";
import type { LimiterEvent, Permit, Rejection } from "@breakwater/admission";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import type { LimitSettings } from "./limit.ts";
import { ReloadableLimiter } from "./reloadable-limiter.ts";

function settings(limit: number, more: Partial<LimitSettings> = {}): LimitSettings {
  return {
    form: { kind: "fixed", limit },
    queue: { maxSize: 0, maxWaitMs: 1000, order: "fifo" },
    shares: {},
    hasPriorities: false,
    mode: "enforce",
    ...more,
  };
}

const queue = { maxSize: 2, maxWaitMs: 1000, order: "fifo" } as const;

function open(first: LimitSettings) {
  const events: LimiterEvent[] = [];
  const onEvent = (event: LimiterEvent): void => void events.push(event);
  const clock = new FakeClock();
  return { limiter: new ReloadableLimiter(first, { clock, random: () => 0.5, onEvent }), events };
}

function admitted(answer: Permit | Rejection | Promise<Permit | Rejection>): Permit {
  if (answer instanceof Promise || !answer.admitted) throw new Error("not admitted");
  return answer;
}

test("what was in flight before a reload counts after it", () => {
  const { limiter, events } = open(settings(3));
  const permits = [1, 2, 3].map(() => admitted(limiter.acquire()));
  limiter.reload(settings(2));
  expect(limiter.snapshot()).toMatchObject({ limit: 2, inFlight: 3 });
  permits[0]!.release("success");
  permits[1]!.release("success");
  expect(limiter.snapshot().inFlight).toBe(1);
  const next = admitted(limiter.acquire());
  expect(limiter.acquire()).toMatchObject({ admitted: false, reason: "limit" });
  permits[2]!.release("success");
  next.release("success");
  expect(limiter.snapshot().inFlight).toBe(0);
  const of = (type: LimiterEvent["type"]) => events.filter((event) => event.type === type).length;
  expect([of("admitted"), of("released"), of("rejected")]).toEqual([4, 4, 1]);
});

test("who waited before a reload gets the next place", async () => {
  const { limiter } = open(settings(1, { queue }));
  const first = admitted(limiter.acquire());
  const waiting = limiter.acquire();
  limiter.reload(settings(1, { queue: { ...queue, maxSize: 1 } }));
  const later = limiter.acquire();
  first.release("success");
  const second = admitted(await waiting);
  expect(limiter.snapshot()).toMatchObject({ inFlight: 1, queued: 1 });
  second.release("success");
  admitted(await later).release("success");
  expect(limiter.snapshot()).toMatchObject({ inFlight: 0, queued: 0 });
});

test("equal settings change nothing, and an adaptive limit goes on from where it is", () => {
  const adaptive = (max: number) => settings(1, { form: { kind: "adaptive", initial: 40, max } });
  const { limiter } = open(adaptive(50));
  admitted(limiter.acquire()).release("success");
  limiter.reload(adaptive(50));
  limiter.reload(adaptive(30));
  expect(limiter.snapshot()).toMatchObject({ limit: 30, admitted: 1 });
  limiter.reload(adaptive(60));
  expect(limiter.snapshot().limit).toBe(30);
});

test("what was only observed is not counted as rejected when limits are enforced", () => {
  const { limiter } = open(settings(1, { mode: "observe" }));
  const permits = [1, 2, 3].map(() => admitted(limiter.acquire()));
  expect(limiter.snapshot()).toMatchObject({ admitted: 3, rejected: { limit: 2 } });
  limiter.reload(settings(1));
  expect(limiter.acquire()).toMatchObject({ admitted: false });
  const enforced = { mode: "enforce", inFlight: 3, admitted: 0, rejected: { limit: 1 } } as const;
  expect(limiter.snapshot()).toMatchObject(enforced);
  for (const permit of permits) permit.release("success");
  expect(limiter.snapshot()).toMatchObject({ ...enforced, inFlight: 0, released: { ignored: 0 } });
});

test("one that cannot be changes nothing", () => {
  const { limiter } = open(settings(2));
  expect(() => limiter.reload(settings(0))).toThrow("limit");
  expect(limiter.snapshot().limit).toBe(2);
});

test("closing turns away whoever waits, in limiters of before a reload as well", async () => {
  const { limiter } = open(settings(1, { queue }));
  admitted(limiter.acquire());
  const waiting = limiter.acquire();
  limiter.reload(settings(2, { queue }));
  limiter.close();
  expect(await waiting).toMatchObject({ admitted: false, reason: "draining" });
  expect(limiter.acquire()).toMatchObject({ admitted: false, reason: "draining" });
});

test("through any reloads, what is in flight is what was admitted and has not ended", () => {
  const step = fc.oneof(
    fc.constant({ kind: "acquire" } as const),
    fc.record({ kind: fc.constant("release" as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant("reload" as const), limit: fc.integer({ min: 1, max: 6 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { limiter } = open(settings(3));
      const held: Permit[] = [];
      let admittedCount = 0;
      let rejectedCount = 0;
      let surprises = 0;
      for (const each of steps) {
        if (each.kind === "reload") limiter.reload(settings(each.limit));
        else if (each.kind === "release") {
          held.splice(each.which % Math.max(1, held.length), 1)[0]?.release("success");
        } else {
          const { limit, inFlight } = limiter.snapshot();
          const answer = limiter.tryAcquire();
          surprises += Number(answer.admitted !== inFlight < limit);
          if (answer.admitted) held.push(answer);
          admittedCount += Number(answer.admitted);
          rejectedCount += Number(!answer.admitted);
        }
        expect({ surprises, ...limiter.snapshot() }).toMatchObject({
          surprises: 0,
          inFlight: held.length,
          admitted: admittedCount,
          rejected: { limit: rejectedCount },
          released: { success: admittedCount - held.length, ignored: 0 },
        });
      }
    }),
  );
});
