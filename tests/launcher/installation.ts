import { chmod, cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(import.meta.dir, "../..");

/** Where the runtime lies: as npm hoists it, nested, after postinstall, or not there at all. */
export type RuntimePlace = "beside bun" | "inside bun" | "moved by postinstall" | "nowhere";

export interface Installation extends AsyncDisposable {
  /** The launcher, to be run with Node. */
  readonly bw: string;
  readonly root: string;
}

/**
 * A folder like the one that `npm install breakwater` leaves, with a main program of the test's
 * own.
 */
export async function install(
  place: RuntimePlace,
  mainSource = "",
  mainFile = "src/main.ts",
): Promise<Installation> {
  const root = await mkdtemp(join(tmpdir(), "bw-launcher-"));
  const bunFolder = join(root, "node_modules/bun");
  const packageFolder = join(root, "node_modules/breakwater");
  const manifest = await Bun.file(join(repository, "products/cli/package.json")).json();
  await Bun.write(join(packageFolder, "package.json"), JSON.stringify(manifest));
  await Bun.write(join(packageFolder, mainFile), mainSource);
  await cp(join(repository, "products/cli/bin"), join(packageFolder, "bin"), { recursive: true });
  await placeRuntime(place, bunFolder);
  return {
    bw: join(packageFolder, "bin/bw.js"),
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

/** A program in shell, and the folder that has to be on the PATH for it. */
export async function writeProgram(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return folder;
}

async function placeRuntime(place: RuntimePlace, bunFolder: string): Promise<void> {
  const manifest = await Bun.file(join(repository, "node_modules/bun/package.json")).json();
  await Bun.write(join(bunFolder, "package.json"), JSON.stringify(manifest));
  const bin = join(bunFolder, "bin");
  await mkdir(bin);
  if (place === "moved by postinstall") await symlink(process.execPath, join(bin, "bun.exe"));
  else await writeProgram(bin, "bun.exe", "echo 'The postinstall script was not run' >&2; exit 1");
  if (place === "nowhere") return;
  // Every platform's package, so that the launcher finds its own wherever the test runs.
  const folder = place === "inside bun" ? join(bunFolder, "node_modules") : join(bunFolder, "..");
  for (const name of Object.keys(manifest.optionalDependencies)) {
    await Bun.write(join(folder, name, "package.json"), JSON.stringify({ name }));
    await mkdir(join(folder, name, "bin"));
    if (place === "moved by postinstall") continue; // It leaves the package empty.
    for (const file of ["bun", "bun.exe"]) {
      await symlink(process.execPath, join(folder, name, "bin", file));
    }
  }
}
