import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { readTree } from "../tools/tidy/read-tree.ts";
import { isTest } from "../tools/tidy/rule.ts";
import { parseSourceFile, type SourceFile } from "../tools/tidy/source-file.ts";

/** A package may depend on its own layer and the ones before it; on a product, nothing may. */
const layers = ["core", "io", "products", "examples"];
/** The command knows all products; it is the only one that does. */
const command = "breakwater";
/** Found by the launcher, and by k6/browser, which look for the file rather than importing it. */
const notImported = ["bun", "web-vitals"];

interface Package {
  readonly name: string;
  /** From the repository's root. */
  readonly folder: string;
  readonly dependencies: readonly string[];
}

/** The packages, and what the root's manifest has for the tests of all. */
interface Repository {
  readonly packages: readonly Package[];
  readonly forTests: readonly string[];
}

/** What users' scripts import, and what they import in turn: k6's modules, as scripts have them. */
const jslib = "products/load/jslib/";

const root = join(import.meta.dir, "..");
const repository = await readRepository();
const tree = await readTree(root);

test("dependencies only point inwards, and to no product", () => {
  expect(repository.packages.length).toBeGreaterThan(0);
  expect(outwardDependencies(repository.packages)).toEqual([]);
});

test("a package imports what its manifest declares, and nothing by a path into another", () => {
  expect(tree.flatMap((file) => undeclaredImports(repository, file))).toEqual([]);
});

test("a manifest declares what its package imports and no more", () => {
  expect(unusedDependencies(repository.packages, tree)).toEqual([]);
});

test("core imports core and nothing else", () => {
  expect(tree.flatMap((file) => importsOutOfCore(repository.packages, file))).toEqual([]);
});

async function readRepository(): Promise<Repository> {
  const packages: Package[] = [];
  for await (const path of new Glob(`{${layers.join(",")}}/*/package.json`).scan(root)) {
    const { name, dependencies, devDependencies } = await Bun.file(join(root, path)).json();
    const all = Object.keys({ ...dependencies, ...devDependencies });
    packages.push({ name, folder: path.replace("/package.json", ""), dependencies: all });
  }
  const { dependencies, devDependencies } = await Bun.file(join(root, "package.json")).json();
  return { packages, forTests: Object.keys({ ...dependencies, ...devDependencies }) };
}

function outwardDependencies(packages: readonly Package[]): string[] {
  const layerOf = (name: string) => {
    const folder = packages.find((other) => other.name === name)?.folder;
    return layers.indexOf(folder?.split("/")[0] ?? "");
  };
  return packages.flatMap(({ name, dependencies }) =>
    dependencies
      .filter((dependency) => {
        const layer = layerOf(dependency);
        const isProduct = layer === layers.indexOf("products") && name !== command;
        return layer > layerOf(name) || isProduct;
      })
      .map((dependency) => `${name} → ${dependency}`),
  );
}

function undeclaredImports({ packages, forTests }: Repository, file: SourceFile): string[] {
  const owner = ownerOf(packages, file.path);
  if (owner === undefined) return [];
  const allowed = [
    ...[owner.name, ...owner.dependencies, ...(isTest(file.path) ? forTests : [])],
    ...(file.path.startsWith(jslib) ? ["k6"] : []),
  ];
  const folders = [owner.folder, ...(isTest(file.path) ? ["tools"] : [])];
  return file.imports
    .filter(({ specifier }) => {
      if (isRelative(specifier)) return !isInside(folders, file.path, specifier);
      return !isBuiltIn(specifier) && !allowed.includes(packageOf(specifier));
    })
    .map(({ specifier, line }) => `${file.path}:${line} ${specifier}`);
}

function unusedDependencies(packages: readonly Package[], files: readonly SourceFile[]): string[] {
  return packages.flatMap(({ name, folder, dependencies }) => {
    const own = files.filter(({ path }) => path.startsWith(`${folder}/`));
    const used = new Set(
      own.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))),
    );
    return dependencies
      .filter((dependency) => !used.has(dependency) && !notImported.includes(dependency))
      .map((dependency) => `${name} → ${dependency}`);
  });
}

function importsOutOfCore(packages: readonly Package[], file: SourceFile): string[] {
  if (!file.path.startsWith("core/") || isTest(file.path)) return [];
  const core = packages.filter(({ folder }) => folder.startsWith("core/")).map(({ name }) => name);
  return file.imports
    .filter(({ specifier }) => !isRelative(specifier) && !core.includes(packageOf(specifier)))
    .map(({ specifier, line }) => `${file.path}:${line} ${specifier}`);
}

function ownerOf(packages: readonly Package[], path: string): Package | undefined {
  return packages.find(({ folder }) => path.startsWith(`${folder}/`));
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

function isInside(folders: readonly string[], path: string, specifier: string): boolean {
  const imported = join(path, "..", specifier);
  return folders.some((folder) => imported.startsWith(`${folder}/`));
}

function isBuiltIn(specifier: string): boolean {
  return /^(node:|bun:|bun$)/.test(specifier);
}

/** "@scope/name/part" and "name/part" without the part. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

describe("each of these can fail", () => {
  const packages: readonly Package[] = [
    { name: "@b/inner", folder: "core/inner", dependencies: [] },
    { name: "@b/outer", folder: "io/outer", dependencies: ["@b/inner", "npm-package"] },
    { name: "@b/one", folder: "products/one", dependencies: ["@b/outer"] },
    { name: "@b/two", folder: "products/two", dependencies: ["@b/inner"] },
    { name: command, folder: "products/cli", dependencies: ["@b/one", "bun"] },
  ];
  const imported = (path: string, specifier: string) =>
    parseSourceFile(path, `import {} from "${specifier}";`);

  test.each([
    ["an inner layer on an outer one", "@b/inner", "@b/outer", ["@b/inner → @b/outer"]],
    ["a product on a product", "@b/two", "@b/one", ["@b/two → @b/one"]],
    ["a layer on itself", "@b/outer", "@b/outer", []],
    ["the command on a product", command, "@b/two", []],
  ])("%s", (_name, from, to, want) => {
    const changed = packages.map((each) =>
      each.name === from ? { ...each, dependencies: [to] } : each,
    );
    expect(outwardDependencies(changed)).toEqual(want);
  });

  test.each([
    ["an undeclared sibling", "io/outer/src/a.ts", "@b/other", 1],
    ["a declared one", "io/outer/src/a.ts", "@b/inner/testing", 0],
    ["an undeclared npm package", "io/outer/src/a.ts", "another/part", 1],
    ["a tool of the tests in a test", "io/outer/src/a.test.ts", "fast-check", 0],
    ["a tool of the tests elsewhere", "io/outer/src/a.ts", "fast-check", 1],
    ["a path into another package", "io/outer/src/a.ts", "../../../core/inner/src/a.ts", 1],
    ["a path into the tools in a test", "io/outer/src/a.test.ts", "../../../tools/a.ts", 0],
    ["a path into the tools elsewhere", "io/outer/src/a.ts", "../../../tools/a.ts", 1],
    ["a path into the own package", "io/outer/src/a/b.ts", "../../package.json", 0],
    ["the platform", "io/outer/src/a.ts", "node:fs", 0],
    ["whatever a bench needs", "bench/run.ts", "@b/outer", 0],
  ])("%s", (_name, path, specifier, want) => {
    const found = undeclaredImports(
      { packages, forTests: ["fast-check"] },
      imported(path, specifier),
    );
    expect(found).toHaveLength(want);
  });

  test.each([
    ["the platform in core", "core/inner/src/a.ts", "node:fs", 1],
    ["the platform in a test of core", "core/inner/src/a.test.ts", "node:fs", 0],
    ["another layer in core", "core/inner/src/a.ts", "@b/outer", 1],
    ["core in core", "core/inner/src/a.ts", "@b/inner", 0],
  ])("%s", (_name, path, specifier, want) => {
    expect(importsOutOfCore(packages, imported(path, specifier))).toHaveLength(want);
  });

  test("a declared package that nothing imports", () => {
    const files = [
      imported("io/outer/src/a.ts", "npm-package/part"),
      imported("products/one/src/a.ts", "@b/outer"),
      imported("products/two/src/a.ts", "@b/inner/testing"),
    ];
    expect(unusedDependencies(packages, files)).toEqual([
      "@b/outer → @b/inner",
      "breakwater → @b/one",
    ]);
  });
});
