import { describe, expect, test } from "bun:test";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { loadLibrary, type Provided } from "./testing/load-library.ts";

const host = "https://jslib.k6.io";

type Names = Record<string, (...args: unknown[]) => unknown>;

/** k6's modules, which note what is checked, grouped, measured and ended. */
function fakeK6() {
  const log: unknown[] = [];
  const check = (value: unknown, checks: Record<string, unknown>): boolean => {
    const results = Object.entries(checks).map(([name, one]) => {
      const isGood = Boolean(typeof one === "function" ? one(value) : one);
      log.push([name, isGood]);
      return isGood;
    });
    return results.every(Boolean);
  };
  const group = (name: string, run: () => unknown): unknown => {
    log.push(`group ${name}`);
    return run();
  };
  class Metric {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    add(value: number, tags?: object): void {
      log.push([this.#name, value, ...(tags ? [tags] : [])]);
    }
  }
  const end = (kind: string) => (message: string) => {
    log.push([kind, message]);
    if (kind === "abort") throw new Error("aborted");
  };
  const exec = {
    test: { abort: end("abort"), fail: end("fail"), options: { scenarios: {} } },
    scenario: { name: "s", startTime: 0 },
    vu: { metrics: { tags: {} as Record<string, unknown> } },
  };
  const modules: Provided = {
    k6: { check, group, sleep: (seconds: number) => log.push(`sleep ${seconds}`) },
    "k6/metrics": { Rate: Metric, Counter: Metric, Trend: Metric },
    "k6/execution": exec,
    "k6/crypto": { randomBytes: (size: number) => new Uint8Array(size).fill(0xff).buffer },
  };
  return { log, modules, exec };
}

describe("k6-utils", () => {
  const url = `${host}/k6-utils/1.6.0/index.js`;
  const load = (globals = {}) => {
    const k6 = fakeK6();
    return loadLibrary<Names>(url, k6.modules, globals).then((names) => ({ ...k6, names }));
  };

  test("makes random values within their bounds", async () => {
    const { names } = await load();
    const form = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(names.uuidv4!()).toMatch(form);
    expect(names.uuidv4!(true)).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    const drawn = Array.from({ length: 200 }, () => names.randomIntBetween!(1, 3));
    expect(new Set(drawn)).toEqual(new Set([1, 2, 3]));
    expect(names.randomString!(5, "x")).toBe("xxxxx");
    expect(names.randomString!(12)).toMatch(/^[a-z]{12}$/);
    expect(names.randomItem!(["only"])).toBe("only");
  });

  test.each<[unknown[], unknown]>([
    [["a[1]b[2]", "[", "]"], "1"],
    [
      ["a[1]b[2]", "[", "]", true],
      ["1", "2"],
    ],
    [["abc", "[", "]"], null],
    [["a[1", "[", "]", true], null],
  ])("findBetween(%p)", async (args, wanted) => {
    const { names } = await load();
    expect(names.findBetween!(...args)).toEqual(wanted);
  });

  test.each<[string, number]>([
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    ["2m10ms", 120_010],
    ["1d", 86_400_000],
    ["250", 250],
  ])("%s is %p ms", async (text, wanted) => {
    const { names } = await load();
    expect(names.parseDuration!(text)).toBe(wanted);
  });

  test.each([
    ["", "str is empty"],
    ["1x", "x is an unsupported time unit"],
    ["1s2s", "s time unit is provided multiple times"],
  ])("%p is no duration", async (text, message) => {
    const { names } = await load();
    expect(messageOf(await caught(() => names.parseDuration!(text)))).toBe(message);
  });

  test("stages follow a normal distribution", async () => {
    const { names } = await load();
    expect(names.normalDistributionStages!(10, 60, 4)).toEqual([
      { duration: "10s", target: 1 },
      { duration: "10s", target: 6 },
      { duration: "10s", target: 10 },
      { duration: "10s", target: 6 },
      { duration: "10s", target: 1 },
      { duration: "10s", target: 0 },
    ]);
  });

  test.each([
    [500, 0, "ramp-up"],
    [1500, 1, "steady"],
    [2500, 2, "ramp-down"],
    [9999, 2, "ramp-down"],
  ])("after %p ms it is stage %p, a %s", async (nowMs, index, profile) => {
    const { names, exec } = await load({ Date: { now: () => nowMs } });
    const stages = [
      { duration: "1s", target: 5 },
      { duration: "1s", target: 5 },
      { duration: "1s", target: 0 },
    ];
    Object.assign(exec.test.options.scenarios, { s: { stages } });
    expect(names.getCurrentStageIndex!()).toBe(index);
    names.tagWithCurrentStageIndex!();
    names.tagWithCurrentStageProfile!();
    expect(exec.vu.metrics.tags).toEqual({ stage: index, stage_profile: profile });
  });

  test("checks may be promises, and are waited for only then", async () => {
    const { names, log } = await load();
    expect(names.check!(1, { good: true, bad: (value: unknown) => value === 2 }, { t: "1" })).toBe(
      false,
    );
    expect(await names.check!(Promise.resolve(1), { later: async () => true })).toBe(true);
    expect(log).toEqual([
      ["checks", 1, { t: "1", check: "good" }],
      ["checks", 0, { t: "1", check: "bad" }],
      ["checks", 1, { check: "later" }],
    ]);
  });
});

describe("k6chaijs", () => {
  const url = `${host}/k6chaijs/4.3.4.3/index.js`;
  type Assertion = { [word: string]: Assertion & ((...args: unknown[]) => void) };
  type Library = {
    describe(name: string, run: () => void): boolean;
    expect(value: unknown, message?: string): Assertion;
    chai: { config: Record<string, unknown> };
  };
  const load = () => {
    const k6 = fakeK6();
    const errors: string[] = [];
    const console = { error: (text: string) => errors.push(text), warn: () => {} };
    return loadLibrary<Library>(url, k6.modules, { console }).then((library) => ({
      ...{ ...k6, ...library, errors },
    }));
  };

  test("each assertion is a check, and the first that fails ends the test", async () => {
    const { describe: suite, expect: assert, log } = await load();
    const isGood = suite("one", () => {
      assert(200, "status").to!.equal!(200);
      assert([1, 2]).to!.include!(2);
      assert(3, "count").to!.be!.above!(5);
      assert(1).to!.equal!(1);
    });
    expect(isGood).toBe(false);
    expect(log).toEqual([
      "group one",
      ["expected status to equal 200", true],
      ["expected $" + "{this} to include 2", true],
      ["expected count to be above 5", false],
    ]);
  });

  test("checks may have their values in their names", async () => {
    const { describe: suite, expect: assert, chai, log } = await load();
    chai.config.aggregateChecks = false;
    suite("one", () => {
      assert("x".repeat(500), "body").to!.be!.a!("string");
      assert(3).not!.to!.equal!(4);
    });
    expect(log[1]).toEqual([`body: expected '${"x".repeat(37)}…' to be a string`, true]);
    expect(log[2]).toEqual(["expected 3 to not equal 4", true]);
  });

  test("knows responses with JSON, and hides what is secret", async () => {
    const { describe: suite, expect: assert, chai, log } = await load();
    chai.config.aggregateChecks = false;
    suite("one", () => {
      assert({ json: () => 1 }).to!.have!.validJsonBody!();
      assert("secret").to!.anonymize!();
    });
    expect(log[1]).toEqual(["has valid json body", true]);
  });

  test("what else is thrown is a failed check", async () => {
    const { describe: suite, log, errors } = await load();
    const isGood = suite("one", () => {
      throw new Error("no");
    });
    expect(isGood).toBe(false);
    expect(log[1]).toEqual(['Exception raised "Error: no"', false]);
    expect(errors).toEqual(['The test "one" threw, so it failed: Error: no']);
  });

  test("a plugin compares with a schema", async () => {
    const { chai, describe: suite, expect: assert, log } = await load();
    const contracts = await loadLibrary<{ initContractPlugin(chai: unknown): void }>(
      `${host}/k6chaijs-contracts/4.3.4.1/index.js`,
    );
    contracts.initContractPlugin(chai);
    const matches = (value: unknown) => () =>
      assert(value, "it").to!.matchSchema!({ type: "number" });
    expect([suite("a", matches(1)), suite("b", matches("x"))]).toEqual([true, false]);
    expect(log[1]).toEqual(["expected it to match the schema", true]);
    expect(log[3]).toEqual(["expected it to match the schema: data should be number", false]);
  });
});

describe("expect and functional", () => {
  type Chain = { [name: string]: (...args: unknown[]) => Chain };
  type Run = (name: string, run: (t: { expect(value: unknown): Chain }) => void) => boolean;

  test("a chain of checks ends where one fails", async () => {
    const { log, modules } = fakeK6();
    const url = `${host}/functional/0.0.3/index.js`;
    const { test: run } = await loadLibrary<{ test: Run }>(url, modules);
    const response = { request: { url: "u" }, json: () => ({}) };
    const isGood = run("crocodiles", (t) => {
      t.expect(200).as!("status").toEqual!(200).and!(response).toHaveValidJson!();
      t.expect(3).toBeBetween!(1, 5).and!(1).as!("count").toBeGreaterThan!(5).and!(1).toBeTruthy!();
    });
    expect(isGood).toBe(false);
    expect(log).toEqual([
      "group crocodiles",
      ["status is 200.", true],
      ["u has valid json response", true],
      ["3 is between 1 - 5", true],
      ["count is greater than 5", false],
    ]);
  });

  test("a value is compared with a schema", async () => {
    const { log, modules } = fakeK6();
    const { describe: run } = await loadLibrary<{ describe: Run }>(
      `${host}/expect/0.0.5/index.js`,
      modules,
    );
    run("api", (t) => {
      t.expect({ a: "x" }).as!("it").toMatchAPISchema!({ properties: { a: { type: "number" } } });
    });
    expect(log.slice(1)).toEqual([
      ["it schema validation", false],
      ["it .a should be number", false],
    ]);
  });
});

describe("k6-testing", () => {
  type Matchers = Names & { not: Names };
  type Expect = ((value: unknown, message?: string) => Matchers) & {
    soft(value: unknown): Matchers;
    configure(changes: object): Expect;
  };
  const load = () => {
    const k6 = fakeK6();
    const url = `${host}/k6-testing/0.6.1/index.js`;
    const globals = { __ENV: {} };
    return loadLibrary<{ expect: Expect }>(url, k6.modules, globals).then(({ expect: assert }) => ({
      ...{ ...k6, assert },
    }));
  };

  test.each<[string, unknown, unknown[], unknown]>([
    ["toBe", Number.NaN, [Number.NaN], 1],
    ["toBeCloseTo", 0.1 + 0.2, [0.3], 0.4],
    ["toBeDefined", 1, [], undefined],
    ["toBeFalsy", "", [], "x"],
    ["toBeGreaterThan", 2, [1], 1],
    ["toBeGreaterThanOrEqual", 1, [1], 0],
    ["toBeInstanceOf", [], [Array], {}],
    ["toBeLessThan", 1, [2], 2],
    ["toBeLessThanOrEqual", 2, [2], 3],
    ["toBeNaN", Number.NaN, [], 1],
    ["toBeNull", null, [], undefined],
    ["toBeTruthy", 1, [], 0],
    ["toBeUndefined", undefined, [], null],
    ["toContain", ["a"], ["a"], ["b"]],
    ["toContainEqual", [{ a: 1 }], [{ a: 1 }], [{ a: 2 }]],
    [
      "toEqual",
      { a: [new Date(1), new Map([[1, 2]])] },
      [{ a: [new Date(1), new Map([[1, 2]])] }],
      {},
    ],
    ["toHaveLength", "abc", [3], "ab"],
    ["toHaveProperty", { a: { b: [1] } }, ["a.b[0]", 1], { a: {} }],
  ])("%s", async (name, good, args, bad) => {
    const { assert, log } = await load();
    assert(good)[name]!(...args);
    assert(bad).not[name]!(...args);
    expect(log).toEqual([]);
    await caught(() => assert(bad)[name]!(...args));
    await caught(() => assert(good).not[name]!(...args));
    expect(log.map((entry) => (entry as unknown[])[0])).toEqual(["abort", "abort"]);
  });

  test("a failure ends the test and says what was expected", async () => {
    const { assert, log } = await load();
    await caught(() => assert(404, "the page").toBe!(200));
    const lines = ["Error: the page", "Assertion: expect(received).toBe(expected)"];
    expect(log).toEqual([["abort", [...lines, "Expected: 200", "Received: 404"].join("\n")]]);
  });

  test("a soft failure ends the iteration, or lets the test go on as failed", async () => {
    const { assert, log } = await load();
    const error = await caught(() => assert.soft(1).toBe!(2));
    expect(error).toMatchObject({ name: "AssertionFailedError" });
    assert.configure({ softMode: "fail", display: "inline" }).soft(1).toBeNull!();
    expect(log).toEqual([["fail", "Error: expect(received).toBeNull(); Received: 1"]]);
  });

  test("a locator is asked until it is as expected", async () => {
    const { assert, log } = await load();
    const answers = ["", "  Hello\n world ", "never"];
    const locator = { textContent: async () => answers.shift() };
    const patient = assert.configure({ interval: 1, timeout: 1000 });
    await patient(locator).toHaveText!("hello world", { ignoreCase: true });
    expect(answers).toEqual(["never"]);
    const title = { title: async () => "Home" };
    const error = await caught(
      assert.configure({ timeout: 0 })(title).toHaveTitle!(/x/) as Promise<void>,
    );
    expect(messageOf(error)).toBe("aborted");
    expect(log).toEqual([
      ["abort", 'Error: expect(received).toHaveTitle(expected)\nExpected: /x/\nReceived: "Home"'],
    ]);
  });
});

test("kahwah skips the steps after one that failed, but no suite", async () => {
  const { log, modules } = fakeK6();
  const globals = { console: { error: () => {} }, Date: { now: () => 0 } };
  type Library = Names & { default(data?: object): void; thresholds: object };
  const kahwah = await loadLibrary<Library>(`${host}/kahwah/0.1.6/index.js`, modules, globals);
  const fail = () => {
    throw new Error("no");
  };
  kahwah.step!("Log in", (context: object) => log.push(Object.keys(context)));
  kahwah.step!("Buy", () => kahwah.it!("is there", fail));
  kahwah.step!("Pay", fail);
  kahwah.describe!("Log out", () => {});
  kahwah.default({ sleep: 1 });
  expect(kahwah.thresholds).toMatchObject({ log_in_errors: ["rate==0"] });
  expect(log).toEqual([
    ...["group Log in", ["sleep", "step"], ["log_in_duration", 0], "sleep 1"],
    ...["group Buy", ["buy_errors", 1], ["is there (Error: no)", false], ["buy_duration", 0]],
    ...["sleep 1", "group Log out", ["log_out_duration", 0], "sleep 1"],
  ]);
});
