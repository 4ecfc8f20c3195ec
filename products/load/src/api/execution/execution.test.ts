import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { noSecrets, openSecrets } from "../../engine/open-secrets.ts";
import { TestState } from "../../engine/test-state.ts";
import { Interrupted } from "../../vu/activity.ts";
import { anyScenario, caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { Execution } from "./execution.ts";

interface Exec {
  readonly scenario: Readonly<Record<string, unknown>>;
  readonly instance: Readonly<Record<string, unknown>>;
  readonly test: {
    abort(reason?: unknown): never;
    fail(reason?: unknown): void;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly vu: Readonly<Record<string, unknown>> & {
    readonly tags: Record<string, unknown>;
    readonly metrics: Record<"tags" | "metadata", Record<string, unknown>>;
  };
}

function setUp(options: Readonly<Record<string, unknown>> = {}) {
  const verdicts: unknown[] = [];
  const state = new TestState({
    options,
    folder: "/",
    onVerdict: (verdict) => verdicts.push(verdict),
    secrets: openSecrets(noSecrets, new FakeClock()),
  });
  const vu = testUser({ clock: new FakeClock(), shared: { test: state } });
  const exec = new Execution(vu.user) as unknown as Exec;
  return { vu, exec, state, verdicts };
}

test("an iteration sees its scenario, its VU and what this process has done", async () => {
  const { vu, exec, state } = setUp();
  state.scenario = (name) => ({ name, executor: "constant-vus", startTime: 1234, progress: 0.5 });
  state.counts = () => ({
    elapsedMs: 10.5,
    iterationsCompleted: 4,
    iterationsInterrupted: 1,
    vusActive: 2,
    vusInitialized: 3,
  });
  await vu.iterate(() => {});
  let seen: unknown;
  await vu.iterate(
    () => {
      seen = JSON.parse(JSON.stringify([exec.scenario, exec.instance, exec.vu]));
    },
    { indexInTest: 7, indexInInstance: 5 },
  );
  expect(seen).toEqual([
    {
      name: "any",
      executor: "constant-vus",
      startTime: 1234,
      progress: 0.5,
      iterationInInstance: 5,
      iterationInTest: 7,
    },
    {
      currentTestRunDuration: 10.5,
      iterationsCompleted: 4,
      iterationsInterrupted: 1,
      vusActive: 2,
      vusInitialized: 3,
    },
    {
      idInInstance: 1,
      idInTest: 1,
      iterationInInstance: 1,
      iterationInScenario: 1,
      tags: { group: "", scenario: "any" },
      metrics: { tags: { group: "", scenario: "any" }, metadata: {} },
    },
  ]);
});

test("setup has no scenario, and counts nothing", async () => {
  const { vu, exec } = setUp();
  vu.user.exports = {
    setup: async () => [
      messageOf(await caught(() => exec.scenario.name)),
      exec.vu.iterationInScenario,
      { ...exec.vu.tags },
      exec.instance.vusActive,
    ],
  };
  expect(await vu.user.call("setup", undefined, 60_000)).toEqual([
    "Cannot read exec.scenario: no scenario runs here; read it in its function",
    0,
    { group: "::setup" },
    0,
  ]);
});

test.each<[string, (exec: Exec) => unknown]>([
  ["exec.scenario", ({ scenario }) => scenario.name],
  ["exec.scenario", ({ scenario }) => scenario.progress],
  ["exec.instance", ({ instance }) => instance.vusActive],
  ["exec.vu", ({ vu }) => vu.idInTest],
  ["exec.vu", ({ vu }) => vu.tags],
  ["exec.test.options", (exec) => exec.test.options],
  ["exec.test.fail", (exec) => exec.test.fail()],
])("while the script is loaded there is no %s", async (what, read) => {
  const { exec } = setUp();
  expect(messageOf(await caught(() => read(exec)))).toBe(
    `Cannot read ${what}: nothing runs yet; read it in default(), setup() or teardown()`,
  );
});

const writes: [string, (exec: Exec) => unknown][] = [
  ["exec.vu", (exec) => Object.assign(exec, { vu: 5 })],
  ["exec.vu.idInTest", (exec) => Object.assign(exec.vu, { idInTest: 5 })],
  ["exec.scenario.name", (exec) => Object.assign(exec.scenario, { name: 5 })],
  ["exec.vu.metrics.tags", (exec) => Object.assign(exec.vu.metrics, { tags: 5 })],
  ["a new option", (exec) => Object.assign(exec.test.options, { foo: 1 })],
  ["an option's part", (exec) => Object.assign(exec.test.options.dns as object, { ttl: 1 })],
];

test.each(writes)("%s cannot be set", async (_what, write) => {
  const { vu, exec } = setUp({ dns: { ttl: "5m" } });
  expect(await caught(vu.inside(() => write(exec)))).toBeInstanceOf(TypeError);
});

test("the options are the test's, the same for all VUs", async () => {
  const { vu, exec } = setUp({ dns: { ttl: "5m" }, vus: 3 });
  const [first, second] = await vu.inside(() => [exec.test.options, exec.test.options]);
  expect(first).toEqual({ dns: { ttl: "5m" }, vus: 3 });
  expect(second).toBe(first!);
});

test("tags that are set are on all samples from then on, until they are deleted", async () => {
  const { vu, exec } = setUp();
  const { tags } = await vu.inside(() => exec.vu);
  await vu.iterate(() => {
    Object.assign(tags, { a: "x", b: 1.5 });
    exec.vu.metrics.tags.c = true;
    vu.api.check(1, { one: true });
  });
  await vu.iterate(() => {
    delete tags.a;
    delete tags.none;
    vu.api.group("g", () => vu.api.check(1, { two: true }));
  });
  const checks = vu.samples.filter(({ name }) => name === "checks");
  expect(checks.map(({ tags }) => tags)).toEqual([
    { a: "x", b: "1.5", c: "true", scenario: "any", group: "", check: "one" },
    { b: "1.5", c: "true", scenario: "any", group: "::g", check: "two" },
  ]);
  expect(Object.keys(tags)).toEqual(["b", "c", "group", "scenario"]);
  expect(["b" in tags, "a" in tags, tags.b, tags.a]).toEqual([true, false, "1.5", undefined]);
});

test("the tags of one VU are not another's, nor the next scenario's", async () => {
  const { vu, exec, state } = setUp();
  const other = testUser({ clock: new FakeClock(), shared: { test: state } });
  await vu.iterate(() => {
    exec.vu.tags.a = "x";
  });
  const own = new Execution(other.user) as unknown as Exec;
  const seen = await other.inside(() => ({ ...own.vu.tags }));
  expect(seen).toEqual({ group: "", scenario: "any" });
  await vu.iterate(() => {}, { scenario: { ...anyScenario, name: "next" } });
  expect({ ...exec.vu.tags }).toEqual({ group: "", scenario: "next" });
});

test("system tags can be set and deleted as well", async () => {
  const { vu, exec } = setUp();
  const seen = await vu.inside(() => {
    const { tags } = exec.vu;
    Object.assign(tags, { scenario: "foo", group: "G" });
    const set = { ...tags };
    delete tags.scenario;
    return [set, { ...tags }];
  });
  expect(seen).toEqual([{ scenario: "foo", group: "G" }, { group: "G" }]);
});

test("metadata is the VU's, and no tag", async () => {
  const { vu, exec } = setUp();
  const seen = await vu.inside(() => {
    const { metadata } = exec.vu.metrics;
    Object.assign(metadata, { a: 1, b: "q" });
    delete metadata.b;
    return [{ ...metadata }, vu.user.tags.metadata, { ...exec.vu.tags }];
  });
  expect(seen).toEqual([{ a: "1" }, { a: "1" }, { group: "", scenario: "any" }]);
});

test.each([[null], [undefined], [{}], [[1]], [() => 1], [Symbol("s")]])(
  "%p is no tag's value",
  async (value) => {
    const { vu, exec } = setUp();
    const errors = await vu.inside(async () => [
      await caught(() => Object.assign(exec.vu.tags, { x: value })),
      await caught(() => Object.assign(exec.vu.metrics.metadata, { x: value })),
      "x" in exec.vu.tags,
    ]);
    expect(errors[0]).toBeInstanceOf(TypeError);
    expect(messageOf(errors[0])).toBe('Cannot set the tag "x": give text, a number or a boolean');
    expect(messageOf(errors[1])).toStartWith('Cannot set the metadata "x":');
    expect(errors[2]).toBe(false);
  },
);

test.each([
  [undefined, "test aborted"],
  [null, "test aborted"],
  ["no login", "test aborted: no login"],
  [5, "test aborted: 5"],
])("abort(%p) ends the test, and the script at once", async (reason, message) => {
  const { vu, exec, verdicts } = setUp();
  const after: string[] = [];
  let error: unknown;
  const done = vu.iterate(async () => {
    error = await caught(() => exec.test.abort(reason));
    // A script that swallows the error gets no further than to its next call.
    vu.api.check(1, { after: true });
    after.push("after");
  });
  vu.user.interrupt();
  expect(await done).toBe("complete");
  expect(error).toBeInstanceOf(Interrupted);
  expect(verdicts).toEqual([{ kind: "abort", message }]);
  expect([after, vu.errors]).toEqual([[], []]);
});

test("fail() marks the test as failed, which goes on", async () => {
  const { vu, exec, verdicts } = setUp();
  await vu.inside(() => exec.test.fail("why"));
  expect(await vu.inside(() => "went on")).toBe("went on");
  expect(verdicts).toEqual([{ kind: "fail", message: "test marked as failed: why" }]);
});
