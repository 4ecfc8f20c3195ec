import { expect, test } from "bun:test";
import fc from "fast-check";
import { bothWays } from "../testing/both-ways.ts";

/**
 * Programs of a few functions that call, pass on, store and return one another. Each ends: a
 * function uses only those that stand before it.
 */
const value = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map(String),
  fc.constantFrom("a", "b", "call(a)", "call(b + 1)"),
);

/** How a function may be used that is known by an expression. */
const use = fc.constantFrom<(f: string, x: string) => string>(
  (f, x) => `${f}(${x})`,
  (f, x) => `${f}?.(${x})`,
  (f, x) => `${f}.call(null, ${x})`,
  (f, x) => `[${x}, 1].map((y) => ${f}(y)).length`,
  (f, x) => `[${x}, 2].reduce((sum, y) => sum + ${f}(y), 0)`,
  (f, x) => `[3, ${x}].filter(${f}).length`,
  (f, x) => `({ run: ${f} }).run(${x})`,
  (f, x) => `[${f}][0](${x})`,
  (f, x) => `((g) => g(${x}))(${f})`,
  (f, x) => `new Holder(${f}).go(${x})`,
  (f, x) => `(${f}(${x}) || ${f}(0))`,
  (f, x) => `(${f}(${x}) && 1)`,
  (f, x) => `[...each(${f}, ${x})].length`,
  (f, x) => `Object.values({ f: ${f} }).map((g) => g(${x}))[0]`,
  (f, x) => `((g = ${f}, y = g(${x})) => y)()`,
  (f, x) => `\`\${${f}(${x})}\`.length`,
);

const body = fc.constantFrom<(uses: string) => string>(
  (uses) => `return ${uses};`,
  (uses) => `let t = 0; for (const i of [1, 2]) { if (i === b) continue; t += ${uses}; } return t;`,
  (uses) => `try { return ${uses}; } finally { log("end"); }`,
  (uses) => `if (a > 2) throw new Error("a" + a); return ${uses};`,
  (uses) => `switch (${uses}) { case 1: return 2; default: return 3; }`,
  (uses) => `let t = 2; while (t-- > 0) { const x = ${uses}; if (x > 5) break; } return t;`,
  (uses) => `const run = () => ${uses}; return run();`,
  (uses) => `let t = 0; for (const x of each(() => ${uses}, b)) t += x; return t;`,
  (uses) => `const { x, ...rest } = { x: ${uses}, y: 1 }; return x + rest.y;`,
);

const program = fc
  .array(fc.tuple(body, fc.array(fc.tuple(fc.nat(), use, value), { minLength: 1, maxLength: 3 })), {
    minLength: 2,
    maxLength: 5,
  })
  .map((functions) => {
    const texts = functions.map(([make, uses], index) => {
      const parts = uses.map(([which, apply, x]) => {
        return apply(which % (index + 1) === index ? "base" : `f${which % (index + 1)}`, x);
      });
      return `function f${index}(a = 1, b = 2) { ${make(parts.join(" + "))} }`;
    });
    return `import { call, log } from "host";
      const base = (x) => (x > 4 ? x : call(x));
      class Holder { constructor(run) { this.run = run; } go(x) { return this.run(x); } }
      function* each(run, x) { yield run(x); yield 1; }
      ${texts.join("\n")}
      export default () => { const all = [${functions.map((_, index) => `f${index}`)}];
        return all.map((f, i) => { try { return f(i); } catch (error) { return error.message; } }); };`;
  });

test("a compiled program does what it does where calls hold it up", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (text) => {
      const { held, awaited } = await bothWays(text);
      expect(awaited).toEqual(held);
    }),
    { numRuns: 150 },
  );
});
