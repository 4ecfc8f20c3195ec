import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ConcurrencyLimiterOptions, concurrencyLimiter } from "./concurrency-limiter.ts";
import type { Limiter } from "./limiter.ts";
import type { Outcome, Permit } from "./permit.ts";
import type { Rejection } from "./rejection.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { type Asked, LimiterModel } from "./testing/limiter-model.ts";
import { SettableLimit } from "./testing/settable-limit.ts";
import { Signal } from "./testing/signal.ts";

const partition = fc.constantFrom("a", "b", undefined);
const part = fc.double({ min: 0, max: 0.999, noNaN: true });
const priority = fc.integer({ min: 0, max: 2 });
const request = {
  partition,
  priority,
  waitsMs: fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined }),
};
const step = fc.oneof(
  { weight: 180, arbitrary: fc.record({ do: fc.constant("acquire"), ...request }) },
  { weight: 60, arbitrary: fc.record({ do: fc.constant("try"), ...request }) },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("critical"), ...request }) },
  {
    weight: 150,
    arbitrary: fc.record({
      do: fc.constant("release"),
      part,
      outcome: fc.constantFrom<Outcome>("success", "dropped", "ignored"),
    }),
  },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("release again"), part }) },
  { weight: 60, arbitrary: fc.record({ do: fc.constant("abort"), part }) },
  { weight: 90, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.nat(25) }) },
  { weight: 30, arbitrary: fc.record({ do: fc.constant("jump back"), ms: fc.nat(500) }) },
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant("limit"),
      limit: fc.double({ min: 1, max: 8, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close") }) },
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

const settings = fc.record({
  order: fc.constantFrom("fifo", "lifo", "adaptive-lifo") as fc.Arbitrary<
    "fifo" | "lifo" | "adaptive-lifo"
  >,
  maxSize: fc.integer({ min: 0, max: 8 }),
  partitions: fc.option(fc.constant({ a: { share: 0.5 }, b: { share: 0.3, max: 0.6 } }), {
    nil: undefined,
  }),
  levels: fc.constantFrom(1, 3),
  codel: fc.option(fc.constant({ targetMs: 10, intervalMs: 40 }), { nil: undefined }),
});

const MAX_WAIT_MS = 100;

/** A limiter, its model, and a test's hands on both. */
class Rig {
  readonly clock = new FakeClock();
  readonly algorithm = new SettableLimit(3);
  readonly limiter: Limiter;
  readonly model: LimiterModel;
  readonly permits: { readonly permit: Permit; readonly asked: Asked }[] = [];
  readonly spent: Permit[] = [];
  readonly signals = new Map<Asked, Signal>();
  readonly levels: number;
  readonly isSplit: boolean;
  admitted = 0;
  rejected = 0;
  asked = 0;
  /** What has gone by, whatever the clock reads. */
  realMs = 0;
  /** In all, so many ms back. */
  jumpedMs: number = 0;

  constructor(made: typeof settings extends fc.Arbitrary<infer Made> ? Made : never) {
    const { order, maxSize, partitions, levels, codel } = made;
    const options: ConcurrencyLimiterOptions = {
      name: "api",
      algorithm: this.algorithm,
      clock: this.clock,
      mode: "enforce",
      queue: maxSize === 0 ? undefined : { order, maxSize, maxWaitMs: MAX_WAIT_MS, codel },
      partitions: partitions && { shares: partitions, unknown: "borrow" },
      priorities: { levels, default: 0 },
    };
    this.limiter = concurrencyLimiter(options);
    this.model = new LimiterModel(options, 3);
    this.levels = levels;
    this.isSplit = partitions !== undefined;
  }

  async take(made: Step): Promise<void> {
    this.act(made);
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    // Time that a clock took back before it was read is lost to whoever reads it.
    this.model.settle(this.jumpedMs > 0 ? 0 : this.realMs);
  }

  act(made: Step): void {
    if ("priority" in made) this.ask(made);
    else if ("ms" in made) this.pass(made);
    else if ("outcome" in made) this.release(made);
    else if ("limit" in made) this.setLimit(made.limit);
    else if ("part" in made) this.end(made);
    else this.close();
  }

  ask(made: Extract<Step, { priority: number }>): void {
    this.asked += 1;
    const { partition, waitsMs = MAX_WAIT_MS } = made;
    const asked: Asked = {
      id: this.asked,
      partition: this.isSplit ? partition : undefined,
      priority: Math.min(made.priority, this.levels - 1),
      dueMs: this.realMs + Math.min(waitsMs, MAX_WAIT_MS),
    };
    const { priority } = made;
    const isCritical = made.do === "critical";
    const context = { partition, priority, critical: isCritical };
    const signal = new Signal();
    const how = { deadlineMs: this.clock.nowMs() + waitsMs, signal };
    // A raised limit is seen by whoever comes, before it is looked at itself.
    this.model.limit = Math.floor(this.algorithm.limit);
    const answer =
      made.do === "try" ? this.limiter.tryAcquire(context) : this.limiter.acquire(context, how);
    if (answer instanceof Promise) {
      this.model.onWaiting(asked);
      this.signals.set(asked, signal);
      void answer.then((given) => this.note(asked, given));
    } else this.note(asked, answer, isCritical);
  }

  note(asked: Asked, answer: Permit | Rejection, isCritical = false): void {
    this.signals.delete(asked);
    if (answer.admitted) {
      this.admitted += 1;
      this.permits.push({ permit: answer, asked });
      this.model.onAdmitted(asked, isCritical);
    } else {
      this.rejected += 1;
      // A jump that is noticed late may be counted against a wait that began after it.
      this.model.onRejected(asked, answer.reason, this.realMs + this.jumpedMs);
    }
  }

  release({ part, outcome }: Extract<Step, { outcome: Outcome }>): void {
    const [out] = this.permits.splice(Math.floor(part * this.permits.length), 1);
    if (out === undefined) return;
    this.model.onReleased(out.asked);
    this.model.limit = Math.floor(this.algorithm.limit);
    this.spent.push(out.permit);
    out.permit.release(outcome);
  }

  end(made: { readonly do: string; readonly part: number }): void {
    if (made.do === "abort") {
      const signals = [...this.signals.values()];
      signals[Math.floor(made.part * signals.length)]?.abort();
    } else this.spent[Math.floor(made.part * this.spent.length)]?.release("success");
  }

  setLimit(limit: number): void {
    this.algorithm.limit = limit;
    // Seen at the next release; until then nobody waits in vain that could be known of.
    const [first] = this.permits;
    if (first !== undefined) this.release({ do: "release", part: 0, outcome: "ignored" });
    else this.model.limit = Math.floor(limit);
  }

  pass(made: { readonly do: string; readonly ms: number }): void {
    if (made.do === "wait") {
      this.realMs += made.ms;
      this.clock.advance(made.ms);
    } else {
      this.jumpedMs += made.ms;
      this.clock.jump(-made.ms);
    }
  }

  close(): void {
    this.model.isClosed = true;
    this.limiter.close();
  }
}

test("no slot is lost, doubled, given to two or out of turn, whatever comes in what order", async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(step, { maxLength: 120, size: "max" }),
      async (made, steps) => {
        const rig = new Rig(made);
        for (const next of steps) await rig.take(next);
        expect(rig.model.wrong).toEqual([]);
        const { inFlight, queued, admitted, rejected } = rig.limiter.snapshot();
        expect([inFlight, queued]).toEqual([rig.model.inFlight.length, rig.model.waiting.length]);
        expect(admitted).toBe(rig.admitted);
        expect(Object.values(rejected).reduce((sum, count) => sum + count)).toBe(rig.rejected);
        expect(rig.admitted + rig.rejected + queued).toBe(rig.asked);
      },
    ),
    { numRuns: 300 },
  );
});
