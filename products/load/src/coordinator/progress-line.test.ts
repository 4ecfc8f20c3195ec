import { expect, test } from "bun:test";
import { emptyTotals, Measure } from "../measure/measure.ts";
import { emptyTags } from "../measure/sample-tags.ts";
import type { CrewState } from "./crew.ts";
import { ProgressLine, type ProgressLineOptions } from "./progress-line.ts";
import { fakeIo } from "./testing/fake-io.ts";

const state: CrewState = {
  vusActive: 8,
  vusInitialized: 10,
  complete: 1234,
  interrupted: 0,
  dropped: 0,
  answered: 0,
  cpu: 0,
};

interface Shown {
  readonly isLive?: boolean;
  readonly width?: number;
  readonly isQuiet?: boolean;
  readonly registry?: ProgressLineOptions["registry"];
}

function shown(act: (line: ProgressLine) => void, options: Shown = {}): readonly string[] {
  const { isLive = false, width, isQuiet = false } = options;
  const { registry = emptyTotals().registry } = options;
  const io = fakeIo({ isTerminal: () => isLive, terminalWidth: () => width });
  act(new ProgressLine({ io, registry, totalMs: 30_000, isQuiet }));
  return io.err;
}

test("where nobody watches there is a line every ten seconds", () => {
  const lines = shown((line) => {
    for (let second = 1; second <= 25; second += 1) {
      line.update(second * 1000, { ...state, complete: second * 100 });
    }
    line.clear();
  });
  expect(lines).toEqual([
    "running 10.0s/30.0s  8/10 VUs  1,000 iterations  100/s\n",
    "running 20.0s/30.0s  8/10 VUs  2,000 iterations  100/s\n",
  ]);
});

test("on a terminal one line is written anew, and cleared", () => {
  const lines = shown(
    (line) => {
      line.update(1000, state);
      line.update(2000, { ...state, complete: 1235 });
      line.clear();
      line.clear();
    },
    { isLive: true },
  );
  expect(lines).toEqual([
    "\rrunning 1.0s/30.0s  8/10 VUs  1,234 iterations  1,234/s\x1b[K",
    "\rrunning 2.0s/30.0s  8/10 VUs  1,235 iterations  1/s\x1b[K",
    "\r\x1b[K",
  ]);
});

test.each([
  [20, "\rrunning 1.0s/30.0s \x1b[K"],
  [0, "\rrunning 1.0s/30.0s  8/10 VUs  1,234 iterations  1,234/s\x1b[K"],
])("a terminal of %p columns gets no more than fits", (width, wanted) => {
  expect(shown((line) => line.update(1000, state), { isLive: true, width })).toEqual([wanted]);
});

test("two looks at the same moment show one line", () => {
  const act = (line: ProgressLine): void => {
    line.update(1000, state);
    line.update(1000, state);
  };
  expect(shown(act, { isLive: true })).toHaveLength(1);
});

test.each([true, false])("when it is to be quiet there is none (terminal: %p)", (isLive) => {
  const act = (line: ProgressLine): void => line.update(60_000, state);
  expect(shown(act, { isQuiet: true, isLive })).toEqual([]);
});

test("it says how long requests took, and what failed or was dropped", () => {
  const totals = emptyTotals();
  new Measure(totals); // makes the built-in metrics
  const { registry } = totals;
  for (let ms = 1; ms <= 101; ms += 1) {
    registry.metric("http_req_duration", "trend", "time").add(ms, emptyTags, 0);
    registry.metric("http_req_failed", "rate").add(ms > 99 ? 1 : 0, emptyTags, 0);
  }
  const act = (line: ProgressLine): void => line.update(10_000, { ...state, dropped: 3456 });
  expect(shown(act, { registry })[0]).toMatch(
    /iterations {2}123\/s {2}p95 9[56](\.\d+)?ms {2}2 failed {2}3,456 dropped\n$/,
  );
});
