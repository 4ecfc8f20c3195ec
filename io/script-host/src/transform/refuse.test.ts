import { expect, test } from "bun:test";
import { compileScript } from "../compile-script.ts";
import { bothWays, hostSurface } from "../testing/both-ways.ts";
import { refusal } from "../testing/caught.ts";
import { scriptFolder } from "../testing/script-folder.ts";

async function compile(text: string): Promise<unknown> {
  await using folder = await scriptFolder({ "script.ts": text });
  const path = folder.file("script.ts");
  return await compileScript({ path, apiModules: { host: hostSurface }, globals: [] });
}

/** What is not exported and not used is not in the bundle. */
const used = "export default (x) => x;";

test.each([
  ["a constructor", "export class A { constructor() { this.x = host.call(1); } }", "after new"],
  ["a getter", "export class A { get x() { return host.call(1); } }", "make it a method"],
  [
    "an object's getter",
    "export const a = { get x() { return host.call(1); } };",
    "make it a method",
  ],
  ["a setter", "export class A { set x(v) { host.call(v); } }", "make it a method"],
  ["a field", "export class A { x = host.call(1); }", "set the field in a method"],
  ["a static block", "export class A { static { host.call(1); } }", "in a static method"],
  ["a comparator", "[2, 1].sort((a, b) => host.call(a) - b);", "and then sort"],
  ["toSorted", "[2, 1].toSorted((a, b) => host.call(a) - b);", "and then sort"],
  ["a reviver", 'JSON.parse("1", (k, v) => host.call(v));', "do it before or after"],
  ["a replacer", "JSON.stringify({}, (k, v) => host.call(v));", "do it before or after"],
  ["toJSON", "export const a = { toJSON() { return host.call(1); } };", "another name"],
  ["toString", "export class A { toString() { return host.call(1); } }", "another name"],
  [
    "a conversion",
    "export class A { [Symbol.toPrimitive]() { return host.call(1); } }",
    "another name",
  ],
  ["a trap", "export const p = new Proxy({}, { has: () => host.call(1) });", "return a function"],
])("a call that waits in %s is refused with its place", async (_what, text, says) => {
  const { code, message, position } = await refusal(
    compile(`import host from "host";\n${text}\n${used}`),
  );
  expect(code).toBe("cannot_wait");
  expect({ line: position?.line, column: position?.column }).toEqual({
    line: 2,
    column: text.indexOf("host.call") + 1,
  });
  expect(message).toStartWith("Cannot wait for host.call() in ");
  expect(message).toContain("script.ts:2:");
  expect(message).toContain(says);
});

test("what waits only by way of a function is refused, too", async () => {
  const { message } = await refusal(
    compile(`import host from "host";
      const login = () => host.call(1);
      export class A { constructor() { this.token = login(); } }
      ${used}`),
  );
  expect(message).toContain("Cannot wait for login() in a constructor");
});

test.each([
  [
    "a constructor given functions of both kinds",
    "export class A { constructor(f) { this.x = f(); } }",
  ],
  ["a getter that gives a function", "export class A { get f() { return () => host.call(1); } }"],
  ["a field that is a function", "export class A { f = () => host.call(1); }"],
  [
    "a constructor with an unknown object",
    "export class A { constructor(o) { this.x = o.invoke(1); } }",
  ],
  ["a comparator in a function that waits", "host.call([2, 1].sort((a, b) => a - b));"],
])("%s is not refused", async (_what, text) => {
  const uses = "const a = (f) => new A(f); a(() => 1); a(() => host.call(1));";
  expect(await compile(`import host from "host";\n${text}\n${uses}\n${used}`)).toBeDefined();
});

test("where one of several functions waits that a constructor may call, it says so", async () => {
  const script = (given: string): string => `import { call } from "host";
    class A { constructor(run) { this.x = run(); } }
    const make = (run) => new A(run).x;
    export default () => { call("first"); return ${given}; };
    export const other = () => [make(() => call(1)), make(() => 2)];`;
  const { held, awaited } = await bothWays(script("make(() => 2)"));
  expect(awaited).toEqual(held);
  const waits = await bothWays(script("make(() => call(1))"));
  expect(waits.awaited.ended).toMatchObject({ threw: expect.stringContaining("Cannot wait here") });
});
