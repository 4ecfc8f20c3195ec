import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Glob } from "bun";

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Makes the npm package of the command from `products/cli`, and says where the tarball is.
 *
 * Packages of this repository are bundled into `dist/`; those of npm stay dependencies, whoever of
 * ours declares them, so that native ones get installed for the user's platform.
 */
export async function packCommand(root: string, destination: string): Promise<string> {
  const cli = join(root, "products/cli");
  const manifest = await Bun.file(join(cli, "package.json")).json();
  const dependencies = npmDependencies(manifest, await readPackages(root));
  const stage = await mkdtemp(join(tmpdir(), "bw-pack-"));
  try {
    await bundle(join(cli, "src/main.ts"), join(stage, "dist"), Object.keys(dependencies));
    for (const folder of ["bin", "script-api"]) {
      await cp(join(cli, folder), join(stage, folder), { recursive: true });
    }
    // Not bundled: these are compiled together with the scripts that import them.
    await cp(join(root, "products/load/jslib"), join(stage, "jslib"), { recursive: true });
    for (const file of ["README.md", "LICENSE"]) await cp(join(root, file), join(stage, file));
    const { devDependencies: _bundled, ...published } = manifest;
    const files = ["bin", "dist", "jslib", "script-api"];
    const text = JSON.stringify({ ...published, files, dependencies }, undefined, 2);
    await Bun.write(join(stage, "package.json"), `${text}\n`);
    return join(destination, await npmPack(stage, destination));
  } finally {
    await rm(stage, { recursive: true });
  }
}

/**
 * What the bundle still imports: the npm packages of the command and of all that it is made from.
 */
export function npmDependencies(
  command: Manifest,
  packages: ReadonlyMap<string, Manifest>,
): Record<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (dependencies: Readonly<Record<string, string>>) => {
    for (const [name, version] of Object.entries(dependencies)) {
      const ours = packages.get(name);
      if (ours === undefined) addVersion(found, name, version);
      else if (!seen.has(name)) {
        seen.add(name);
        visit(ours.dependencies ?? {});
      }
    }
  };
  visit({ ...command.devDependencies, ...command.dependencies });
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addVersion(found: Map<string, string>, name: string, version: string): void {
  const other = found.get(name);
  if (other !== undefined && other !== version) {
    throw new Error(`Cannot pack ${name} as both ${other} and ${version}: use one version`);
  }
  found.set(name, version);
}

async function readPackages(root: string): Promise<ReadonlyMap<string, Manifest>> {
  const packages = new Map<string, Manifest>();
  for await (const path of new Glob("{core,io,products}/*/package.json").scan(root)) {
    const manifest: Manifest = await Bun.file(join(root, path)).json();
    packages.set(manifest.name, manifest);
  }
  return packages;
}

async function bundle(main: string, outdir: string, external: readonly string[]): Promise<void> {
  // Split, so that a command still loads only its own product.
  await Bun.build({
    entrypoints: [main],
    outdir,
    target: "bun",
    splitting: true,
    external: external.flatMap((name) => [name, `${name}/*`]),
  });
}

/** Answers with the tarball's name. */
export async function npmPack(folder: string, destination: string): Promise<string> {
  const command = ["npm", "pack", "--silent", "--pack-destination", destination];
  const npm = Bun.spawn(command, { cwd: folder, stderr: "inherit" });
  const output = await npm.stdout.text();
  if ((await npm.exited) !== 0) throw new Error(`Cannot pack ${folder}: npm pack failed`);
  return output.trim();
}

if (import.meta.main) {
  const destination = resolve(process.argv[2] ?? ".");
  console.log(await packCommand(join(import.meta.dir, ".."), destination));
}
