import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Glob } from "bun";
import { npmPack } from "./pack.ts";
import { importsOf, toJavaScriptImports, toPublished } from "./pack-library-text.ts";

/** What is published for others to import; each after those that it imports itself. */
export const libraries: readonly string[] = [
  "core/admission",
  "io/pressure",
  "io/admission-http",
  "io/bridge-client",
];

/**
 * Makes npm packages of libraries: plain JavaScript with declarations, a file for each source file,
 * for Node.js, Bun and Deno. Says where the tarballs are, in the same order.
 *
 * A library is compiled against the declarations of those packed before it, as its users will be.
 */
export async function packLibraries(
  root: string,
  folders: readonly string[],
  destination: string,
): Promise<string[]> {
  const stages = await mkdtemp(join(tmpdir(), "bw-pack-library-"));
  const tarballs: string[] = [];
  const packed = new Map<string, string>();
  try {
    for (const folder of folders) {
      const stage = join(stages, basename(folder));
      await stageLibrary({ root, folder, stage }, packed);
      tarballs.push(join(destination, await npmPack(stage, destination)));
    }
  } finally {
    await rm(stages, { recursive: true });
  }
  return tarballs;
}

interface Library {
  readonly root: string;
  /** Of its sources, in the root. */
  readonly folder: string;
  /** What is to be packed. */
  readonly stage: string;
}

/** `packed` has the version of each library so far, and gets this one's. */
async function stageLibrary(library: Library, packed: Map<string, string>): Promise<void> {
  const { root, folder, stage } = library;
  const manifest = await Bun.file(join(root, folder, "package.json")).json();
  const published = toPublished(manifest, packed);
  await compile(library, Object.values<string>(manifest.exports), packed);
  await finishFiles(published.name, Object.keys(published.dependencies ?? {}), stage);
  const text = JSON.stringify(published, undefined, 2);
  await Bun.write(join(stage, "package.json"), `${text}\n`);
  await cp(join(root, "LICENSE"), join(stage, "LICENSE"));
  const page = Bun.file(join(root, folder, "README.md"));
  if (!(await page.exists())) {
    throw new Error(`Cannot pack ${folder} without a README.md, which is its page at npm`);
  }
  await Bun.write(join(stage, "README.md"), page);
  packed.set(published.name, published.version);
}

/** From its entries, so that tests and what only they use stay out. */
async function compile(
  { root, folder, stage }: Library,
  entries: readonly string[],
  packed: ReadonlyMap<string, string>,
): Promise<void> {
  const isCore = folder.startsWith("core/");
  const source = join(root, folder);
  const stages = join(stage, "..");
  const paths = [...packed.keys()].map((name) => {
    const dist = join(stages, basename(name), "dist");
    return [
      [name, [join(dist, "index.d.ts")]],
      [`${name}/*`, [join(dist, "*/index.d.ts"), join(dist, "*.d.ts")]],
    ] as const;
  });
  const config = {
    extends: join(root, isCore ? "core/tsconfig.json" : "tsconfig.json"),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, rewriteRelativeImportExtensions: true },
      ...{ target: "es2022", rootDir: join(source, "src"), outDir: join(stage, "dist") },
      ...{ typeRoots: [join(root, "node_modules/@types")], skipLibCheck: true },
      paths: Object.fromEntries(paths.flat()),
    },
    files: entries.map((entry) => join(source, entry)),
    include: isCore ? [join(root, "core/globals.d.ts")] : [],
  };
  const path = join(stages, `${basename(folder)}.tsconfig.json`);
  await Bun.write(path, JSON.stringify(config));
  const command = [join(root, "node_modules/.bin/tsc"), "-p", path];
  const tsc = Bun.spawn(command, { cwd: root, stderr: "inherit" });
  const output = await tsc.stdout.text();
  if ((await tsc.exited) !== 0) throw new Error(`Cannot pack ${folder}: tsc says ${output}`);
}

/** Makes the imports of declarations those of JavaScript, and looks at what is imported. */
async function finishFiles(
  name: string,
  dependencies: readonly string[],
  stage: string,
): Promise<void> {
  for await (const path of new Glob("dist/**/*.{js,d.ts}").scan(stage)) {
    const file = Bun.file(join(stage, path));
    const text = toJavaScriptImports(await file.text());
    const stray = importsOf(text).find((each) => {
      const isOurs = each.startsWith(".") || each.startsWith("node:");
      return !isOurs && !dependencies.some((one) => each === one || each.startsWith(`${one}/`));
    });
    if (stray !== undefined) {
      throw new Error(
        `Cannot pack ${name}: ${path} imports "${stray}", take a library or a module of Node.js`,
      );
    }
    const usesDisposable = path.endsWith(".d.ts") && /\bDisposable\b/.test(text);
    // Users whose own `lib` is older still get to know that type.
    const reference = usesDisposable ? '/// <reference lib="esnext.disposable" />\n' : "";
    await Bun.write(file, `${reference}${text}`);
  }
}

if (import.meta.main) {
  const destination = resolve(process.argv[2] ?? ".");
  const tarballs = await packLibraries(join(import.meta.dir, ".."), libraries, destination);
  for (const tarball of tarballs) console.log(tarball);
}
