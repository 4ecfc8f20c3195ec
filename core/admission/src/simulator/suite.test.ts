import { expect, test } from "bun:test";
import { join } from "node:path";
import { fixed } from "../algorithms/fixed.ts";
import { DEFAULT, expectationsOf, isOfSame, phaseOf, shortfall } from "./expectation.ts";
import { failuresByContestant, knownFailures } from "./known-failures.ts";
import { simulationPage } from "./page.ts";
import { scenarios } from "./scenarios.ts";
import { contestants, queues, runContestant, runQueues, runSuite } from "./suite.ts";

/** `BENCH=1` tries the default on more seeds. */
const isLong = Bun.env.BENCH === "1";

const page = Bun.file(join(import.meta.dir, "../../../../docs/admission-simulation.md"));
const names = contestants.map(({ name }) => name);
const rows = await runSuite({ seed: 1 });
const queueRows = await runQueues({ seed: 1 });

const cases = rows.flatMap(({ scenario, results }) =>
  names.map((name, index) => [scenario.name, name, scenario, results[index]!] as const),
);

test.each(cases)("%s: %s is within its ranges", (_name, contestant, scenario, result) => {
  const expected = expectationsOf(scenario, contestant);
  expect(expected.length).toBeGreaterThan(0);
  expect(expected.flatMap((each) => shortfall(result, each) ?? [])).toEqual([]);
});

test("the page in the docs is what the suite gives", async () => {
  expect(await page.text()).toBe(simulationPage(rows, queueRows));
});

test("a recorded failure is one of a contestant, and outside of what is healthy", () => {
  const recorded = Object.entries(failuresByContestant).flatMap(([contestant, byScenario]) =>
    Object.keys(byScenario).map((scenario) => ({ contestant, scenario })),
  );
  expect(recorded.length).toBeGreaterThan(0);
  const wrong = recorded.filter(({ contestant, scenario: name }) => {
    const healthy = scenarios.find((each) => each.name === name)?.healthy ?? [];
    const failures = knownFailures(contestant, name);
    const areApart = failures.every((failure) => {
      const range = healthy.find((each) => isOfSame(each, failure));
      const { atLeast = -Infinity, atMost = Infinity } = range ?? {};
      return range !== undefined && (failure.atLeast! > atMost || failure.atMost! < atLeast);
    });
    return !names.includes(contestant) || failures.length === 0 || !areApart;
  });
  expect(wrong).toEqual([]);
});

test.each([
  ["no queue", [450, 290]],
  ["fifo", [0, 0]],
  ["lifo", [490, 290]],
  ["fifo, 50 at most", [490, 290]],
  ["fifo with codel", [490, 290]],
  ["adaptive-lifo with codel", [490, 290]],
])(
  "with the queue: %s, so many are answered in time in an overload and after a storm",
  (name, least) => {
    const index = queues.findIndex((each) => each.name === name);
    const goods = queueRows.map(({ scenario, results }) => {
      return phaseOf(results[index]!, scenario.shown).goodPerSecond;
    });
    expect(goods.map((good, at) => good >= least[at]!)).toEqual([true, true]);
    expect(Math.max(...goods) < 100).toBe(name === "fifo");
  },
);

test.each(["2× overload", "5× overload", "even work, 5×", "one thread, 5×"])(
  "in %s the default brings 0.97 of what the best fixed limit does",
  async (name) => {
    const { scenario } = rows.find((row) => row.scenario.name === name)!;
    const fixedOnes = [6, 16, 20].map((limit) => {
      return { name: `fixed(${limit})`, algorithm: () => fixed(limit) };
    });
    const goods: number[] = [];
    for (const contestant of [contestants[names.indexOf(DEFAULT)]!, ...fixedOnes]) {
      let good = 0;
      for (const seed of [1, 2, 3]) {
        const result = await runContestant(scenario, contestant, seed);
        good += phaseOf(result, "overload").goodPerSecond / 3;
      }
      goods.push(good);
    }
    const [byDefault, ...byFixed] = goods;
    expect(byDefault! / Math.max(...byFixed)).toBeGreaterThanOrEqual(0.97);
  },
);

test.skipIf(!isLong).each([2, 3, 4, 5, 6, 7, 8, 9])("the default does on seed %d", async (seed) => {
  const found: string[] = [];
  for (const scenario of scenarios) {
    const result = await runContestant(scenario, contestants[names.indexOf(DEFAULT)]!, seed);
    const known = knownFailures(DEFAULT, scenario.name);
    const expected = [...scenario.healthy, ...scenario.goals];
    const unknown = expected.filter((each) => !known.some((other) => isOfSame(each, other)));
    found.push(...unknown.flatMap((each) => shortfall(result, each) ?? []));
  }
  expect(found).toEqual([]);
});
