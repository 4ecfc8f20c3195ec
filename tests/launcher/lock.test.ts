import { expect, test } from "bun:test";
import { join } from "node:path";
import { completeLock, missingPackages } from "../../tools/complete-lock.ts";

test("the lock file has every platform's packages, or npm ci would refuse it", async () => {
  const lock = await Bun.file(join(import.meta.dir, "../../package-lock.json")).json();
  // When this fails: node tools/bun.js tools/complete-lock.ts
  expect(missingPackages(lock).map(({ path }) => path)).toEqual([]);
});

const tool = (names: readonly string[]) => ({
  dev: true,
  optionalDependencies: Object.fromEntries(names.map((name) => [name, "1.0.0"])),
});

test("what npm left out is added with the platform that its name says", () => {
  const lock = {
    packages: { "node_modules/z": tool(["@z/cli-linux-x64-musl", "@z/win32-arm64"]) },
  };
  expect(completeLock(lock).packages).toEqual({
    "node_modules/@z/cli-linux-x64-musl": {
      version: "1.0.0",
      dev: true,
      optional: true,
      cpu: ["x64"],
      libc: ["musl"],
      os: ["linux"],
    },
    "node_modules/@z/win32-arm64": {
      version: "1.0.0",
      dev: true,
      optional: true,
      cpu: ["arm64"],
      os: ["win32"],
    },
    ...lock.packages,
  });
  expect(missingPackages(completeLock(lock))).toEqual([]);
});

test("a name that does not say its platform is left to a person", () => {
  expect(() => completeLock({ packages: { "node_modules/z": tool(["@z/addon"]) } })).toThrow(
    "Cannot tell the platform of addon: add it to package-lock.json by hand",
  );
});
