import { expect, test } from "bun:test";
import { importsOf, toJavaScriptImports, toPublished } from "./pack-library-text.ts";

const manifest = {
  name: "@breakwater/pressure",
  version: "0.2.0",
  private: true,
  exports: { ".": "./src/index.ts", "./node": "./src/node/index.ts" },
  dependencies: { "@breakwater/admission": "*" },
  devDependencies: { "fast-check": "4.10.2" },
};

test("what is published points to what is built, and has no development in it", () => {
  const packed = new Map([["@breakwater/admission", "0.1.0"]]);
  expect(JSON.parse(JSON.stringify(toPublished(manifest, packed)))).toEqual({
    ...{ name: "@breakwater/pressure", version: "0.2.0", license: "MIT", type: "module" },
    ...{ sideEffects: false, engines: { node: ">=20" }, files: ["dist"] },
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./node": { types: "./dist/node/index.d.ts", default: "./dist/node/index.js" },
    },
    dependencies: { "@breakwater/admission": "0.1.0" },
  });
});

test("a library depends on libraries that are packed before it", () => {
  expect(() => toPublished(manifest, new Map())).toThrow(
    "Cannot pack @breakwater/pressure with @breakwater/admission: only libraries before it will do",
  );
});

test.each([
  ['export { a } from "./a.ts";', 'export { a } from "./a.js";'],
  ["import '../b/c.ts';", "import '../b/c.js';"],
  ['type A = import("./a.ts").A;', 'type A = import("./a.js").A;'],
  ['import { a } from "some.ts";', 'import { a } from "some.ts";'],
  ['const text = "./a.ts";', 'const text = "./a.ts";'],
])("%s becomes %s", (source, built) => {
  expect(toJavaScriptImports(source)).toBe(built);
});

test("all that a file imports is found", () => {
  const text = 'import a from "a";\nexport * from "./b.js";\nconst c = await import("node:c");';
  expect(importsOf(text)).toEqual(["a", "./b.js", "node:c"]);
});
