import { expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { npmDependencies, packCommand } from "../../tools/pack.ts";

const root = join(import.meta.dir, "../..");

test("the published package runs under Node with what its manifest declares and nothing else", async () => {
  await using folder = await temporaryFolder();
  const tarball = await packCommand(root, folder.path);
  await run(["tar", "-xzf", tarball, "-C", folder.path]);
  const { dependencies, devDependencies, version } = await manifestIn(folder.path);
  expect(devDependencies).toBeUndefined();
  expect(Object.keys(dependencies).filter((name) => name.startsWith("@breakwater/"))).toEqual([]);
  for (const name of Object.keys(dependencies)) await linkInstalled(name, folder.path);

  const bw = join(folder.path, "package/bin/bw.js");
  expect(await run(["node", bw, "--version"])).toBe(`${version}\n`);
  const files = await readdir(join(folder.path, "package"));
  expect(files.sort()).toEqual([
    ...["LICENSE", "README.md", "bin", "dist", "package.json", "script-api"],
  ]);
});

test("the npm packages of everything that is bundled stay dependencies, once each", () => {
  const packages = new Map([
    ["@b/a", { name: "@b/a", dependencies: { "@b/b": "*", zod: "1.0.0" } }],
    ["@b/b", { name: "@b/b", dependencies: { "@b/a": "*", zod: "1.0.0", native: "2.0.0" } }],
    ["@b/c", { name: "@b/c", dependencies: { unrelated: "1.0.0" } }],
  ]);
  const command = { name: "c", dependencies: { bun: "1.4.5" }, devDependencies: { "@b/a": "*" } };
  expect(npmDependencies(command, packages)).toEqual({
    bun: "1.4.5",
    native: "2.0.0",
    zod: "1.0.0",
  });
});

test("two versions of one package cannot be packed", () => {
  const packages = new Map([["@b/a", { name: "@b/a", dependencies: { zod: "1.0.0" } }]]);
  const command = { name: "c", dependencies: { zod: "2.0.0", "@b/a": "*" } };
  expect(() => npmDependencies(command, packages)).toThrow(
    "Cannot pack zod as both 2.0.0 and 1.0.0: use one version",
  );
});

/** As npm would put it there; their own dependencies are found from where they really are. */
async function linkInstalled(name: string, folder: string): Promise<void> {
  const link = join(folder, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, "node_modules", name), link);
}

async function manifestIn(folder: string) {
  return await Bun.file(join(folder, "package/package.json")).json();
}

async function run(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stderr: "inherit" });
  const output = await child.stdout.text();
  expect(await child.exited).toBe(0);
  return output;
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "bw-pack-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
