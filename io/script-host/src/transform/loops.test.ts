import { expect, test } from "bun:test";
import { compileScript } from "../compile-script.ts";
import { loadScript } from "../load-script.ts";
import type { Turns } from "../runtime/host.ts";
import { hostSurface } from "../testing/both-ways.ts";
import { caught } from "../testing/caught.ts";
import { scriptFolder } from "../testing/script-folder.ts";

class Over extends Error {}

/** Interrupts from the n-th time on that a loop looks up. */
class FakeTurns implements Turns {
  busy = 0;
  yields = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  onBusy(): void {
    this.busy += 1;
    if (this.busy >= this.#limit) throw new Over("over");
  }

  async yieldTurn(): Promise<void> {
    this.yields += 1;
    await Promise.resolve();
  }
}

async function run(body: string, turns: FakeTurns): Promise<unknown> {
  await using folder = await scriptFolder({
    "script.ts": `import { call } from "host";\nexport default ${body};\nexport { call };`,
  });
  const path = folder.file("script.ts");
  const { portable } = await compileScript({
    path,
    apiModules: { host: hostSurface },
    globals: [],
  });
  const api = { host: { call: async (value: unknown) => value } };
  const exports = await loadScript(portable).instantiate(api, {}, turns);
  return await (exports.default as () => unknown)();
}

test.each([
  ["while", "() => { let n = 0; while (n >= 0) n += 1; }"],
  ["do", "() => { let n = 0; do { n += 1; } while (n >= 0); }"],
  ["for", "() => { for (let n = 0; n >= 0; n += 1); }"],
  ["for of", "() => { const list = [1]; for (const x of list) list.push(x); }"],
  ["for in", "() => { for (;;) for (const k in { a: 1 }) k; }"],
  ["endless", "() => { while (true) {} }"],
  ["endless with a branch", "() => { for (;;) { if (Math.random() > 2) continue; } }"],
  ["one in a callback", "() => [1].map(() => { let n = 0; while (n >= 0) n += 1; })"],
  ["one in a constructor", "() => new (class { constructor() { for (;;) ; } })()"],
  ["one in a static block", "() => class { static { for (;;) ; } }"],
  ["one in a getter", "() => ({ get x() { for (;;) ; } }).x"],
  [
    "one in a generator",
    "() => [...(function* () { let n = 0; while (n >= 0) n += 1; yield n; })()]",
  ],
  ["one that waits", "() => { while (true) call(1); }"],
  ["one that awaits by itself", "async () => { for (;;) await null; }"],
])("a loop that never ends is interrupted: %s", async (_what, body) => {
  expect(await caught(run(body, new FakeTurns(3)))).toBeInstanceOf(Over);
});

test("catching it does not help a script", async () => {
  const turns = new FakeTurns(1);
  const body = `() => {
    let caught = 0;
    for (let n = 0; n < 1e9; n += 1) {
      try { for (;;) ; } catch { caught += 1; }
    }
    return caught;
  }`;
  expect(await caught(run(body, turns))).toBeInstanceOf(Over);
  expect(turns.busy).toBeGreaterThan(1);
});

test("a loop without end lets others have their turn", async () => {
  const turns = new FakeTurns(20);
  expect(await caught(run("() => { while (true) {} }", turns))).toBeInstanceOf(Over);
  expect(turns.yields).toBeGreaterThan(5);
});

test("a loop of a few turns asks nobody", async () => {
  const turns = new FakeTurns(1);
  const body = "() => { let n = 0; for (let i = 0; i < 4000; i += 1) n += i; return n; }";
  expect(await run(body, turns)).toBe(7_998_000);
  expect(turns.busy).toBe(0);
});

test("recursion without end fails as it always does", async () => {
  const error = await caught(
    run("() => { const f = () => f() + 1; return f(); }", new FakeTurns(9)),
  );
  expect(error).toBeInstanceOf(RangeError);
});
