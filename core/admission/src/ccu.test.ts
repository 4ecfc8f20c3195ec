import { expect, test } from "bun:test";
import fc from "fast-check";
import { AdmissionError } from "./admission-error.ts";
import { type CcuForm, ccu } from "./ccu.ts";
import { FakeClock } from "./testing/fake-clock.ts";

const make = (form: CcuForm) =>
  ccu(form, {
    name: "api",
    clock: new FakeClock(),
    queue: { maxWaitMs: 1000, order: "fifo" },
    mode: "enforce",
  });

/** How many it takes at once. */
function taken(form: CcuForm): number {
  const limiter = make(form);
  for (;;) {
    const answer = limiter.acquire();
    if (!(answer instanceof Promise) && !answer.admitted) break;
  }
  const { inFlight, queued } = limiter.snapshot();
  return inFlight + queued;
}

test.each<[CcuForm, number, number, number, number]>([
  [{ max: 5000, utilization: 0.67 }, 3350, 335, 3015, 5000],
  [{ max: 2000, utilization: 0.5 }, 1000, 100, 900, 2000],
  [{ max: 15_000, utilization: 0.67 }, 10_050, 500, 9550, 15_000],
  [{ max: 100, utilization: 0.67 }, 67, 50, 17, 100],
  [{ max: 100, utilization: 0.29 }, 29, 29, 0, 100],
  [{ max: 10, utilization: 1 }, 10, 10, 0, 10],
  [{ max: 1, utilization: 0.1 }, 1, 1, 0, 1],
  [{ workers: 500, maxQueue: 2850, maxCcu: 5000 }, 3350, 500, 2850, 5000],
  [{ workers: 4, maxQueue: 0, maxCcu: 4 }, 4, 4, 0, 4],
])(
  "%j: normally %d, of which %d run and %d wait; %d at most",
  (form, normal, workers, queue, max) => {
    const snapshot = make(form).snapshot();
    expect(snapshot).toMatchObject({ normalCapacity: normal, workers, queue, limit: workers });
    expect(taken(form)).toBe(max);
  },
);

test("no floor lets in more than the maximum, whatever the numbers", () => {
  const max = fc.integer({ min: 1, max: 400 });
  const utilization = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(
    fc.property(max, utilization, (max, utilization) => {
      const form = { max, utilization };
      const { normalCapacity = 0, workers = 0 } = make(form).snapshot();
      expect([workers >= 1, workers <= normalCapacity, normalCapacity <= max]).not.toContain(false);
      expect(taken(form)).toBe(max);
    }),
  );
});

test.each<CcuForm>([
  { max: 0, utilization: 0.67 },
  { max: 1.5, utilization: 0.67 },
  { max: Number.POSITIVE_INFINITY, utilization: 0.67 },
  { max: 5000, utilization: 67 },
  { max: 5000, utilization: 0 },
  { max: 5000, utilization: Number.NaN },
  { workers: 0, maxQueue: 10, maxCcu: 10 },
  { workers: 5, maxQueue: -1, maxCcu: 10 },
  { workers: 500, maxQueue: 2850, maxCcu: 3349 },
])("%j is refused", (form) => {
  expect(() => make(form)).toThrow(AdmissionError);
});
