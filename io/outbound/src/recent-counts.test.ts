import { expect, test } from "bun:test";
import fc from "fast-check";
import { RecentCounts } from "./recent-counts.ts";

const steps = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 1500 }), one: fc.nat(5), other: fc.nat(5) }),
);

test("the sums are of what came in this tenth of the window and the nine before it", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const counts = new RecentCounts(1000);
      const came: { atMs: number; one: number; other: number }[] = [];
      let nowMs = 0;
      for (const { waitMs, one, other } of all) {
        nowMs += waitMs;
        counts.add(nowMs, { one, other });
        came.push({ atMs: nowMs, one, other });
        const fromMs = (Math.floor(nowMs / 100) - 9) * 100;
        const recent = came.filter(({ atMs }) => atMs >= fromMs);
        expect(counts.sums(nowMs)).toEqual({
          one: recent.reduce((sum, each) => sum + each.one, 0),
          other: recent.reduce((sum, each) => sum + each.other, 0),
        });
      }
      expect(counts.sums(nowMs + 1000)).toEqual({ one: 0, other: 0 });
    }),
  );
});
