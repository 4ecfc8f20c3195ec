import { basename, dirname, extname, relative, resolve } from "node:path";
import type { BunPlugin, Loader } from "bun";
import { apiNamespace, apiPlugin } from "./api-plugin.ts";
import type { ApiSurface } from "./api-surface.ts";
import { toScriptError } from "./build-message.ts";
import { findImport } from "./find-import.ts";
import { hostParameter } from "./host-parameter.ts";
import type { Refusals } from "./refusals.ts";
import { type LoadRemote, remoteNamespace, remotePlugin } from "./remote-plugin.ts";
import { importError, isUrl } from "./script-error.ts";

/** Joins a script and all it imports to one ES module. Runs nothing of it. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { path, source, apiModules, globals, remote } = options;
  const refused: Refusals = { first: undefined };
  const readText = async (file: string): Promise<string> => {
    return file === path ? source : await Bun.file(file).text();
  };
  const imports = new Set<string>();
  const built = await Bun.build({
    entrypoints: [path],
    plugins: [
      entryPlugin(options),
      apiPlugin({ apiModules, imports, refused, readText }),
      remotePlugin({ remote, refused, readText }),
    ],
    target: "bun",
    // iife and cjs would refuse top-level await and make an undeclared variable global.
    format: "esm",
    sourcemap: "external",
    // Bun replaces only what is not declared, so a variable of the user's with such a name stays.
    define: Object.fromEntries(globals.map((name) => [name, `${hostParameter}.globals.${name}`])),
    throw: false,
  });
  if (refused.first !== undefined) throw refused.first;
  const failure = built.logs.find(({ level }) => level === "error");
  if (failure !== undefined) throw toScriptError(failure, apiModules);

  const code = await output(built.outputs, "entry-point").text();
  const raw: RawMap = await output(built.outputs, "sourcemap").json();
  const map = readMap(raw, options);
  refuseAssets(built.outputs, map);
  const comments = new Map(raw.sources.map((name) => [name, nameOf(name, path)]));
  return { code, map, imports: [...imports].sort(), comments };
}

export interface BundleOptions {
  /** Absolute. */
  readonly path: string;
  readonly source: string;
  readonly apiModules: Readonly<Record<string, ApiSurface>>;
  /** Names that the host provides as globals, a value of its own to each VU. */
  readonly globals: readonly string[];
  readonly remote: LoadRemote | undefined;
}

export interface Bundle {
  readonly code: string;
  readonly map: BundleMap;
  /** The host's modules in it, sorted. */
  readonly imports: readonly string[];
  /** What the comment over each file is to say, by what it says. */
  readonly comments: ReadonlyMap<string, string>;
}

/** The version 3 source map, with absolute paths; "" is what no file of the user's says. */
export interface BundleMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly mappings: string;
}

/**
 * Gives the entry's text, which may come from standard input, a path with which imports resolve.
 */
function entryPlugin({ path, source }: BundleOptions): BunPlugin {
  const filter = new RegExp(`^${RegExp.escape(path)}$`);
  const loader = entryLoaders[extname(path)] ?? "ts";
  return {
    name: "breakwater-entry",
    setup(build) {
      build.onResolve({ filter }, () => ({ path, namespace: "file" }));
      build.onLoad({ filter, namespace: "file" }, () => ({ contents: source, loader }));
    },
  };
}

const entryLoaders: Readonly<Record<string, Loader>> = {
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".tsx": "tsx",
};

function output(outputs: readonly Bun.BuildArtifact[], kind: Bun.BuildArtifact["kind"]) {
  const found = outputs.find((artifact) => artifact.kind === kind);
  if (found === undefined) throw new Error(`Bun.build made no ${kind}`);
  return found;
}

interface RawMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly mappings: string;
}

/** Bun names sources from the working directory, and leaves out those without code. */
function readMap(map: RawMap, { path, source }: BundleOptions): BundleMap {
  const sources = map.sources.map((name) => {
    if (name.startsWith(apiNamespace)) return "";
    return name.startsWith(`${remoteNamespace}:`)
      ? name.slice(remoteNamespace.length + 1)
      : resolve(name);
  });
  const { sourcesContent, mappings } = map;
  return { sources: [...sources, path], sourcesContent: [...sourcesContent, source], mappings };
}

/** As seen from the script's folder, so that the same files give the same wherever they lie. */
function nameOf(source: string, path: string): string {
  const [, inNamespace] = source.match(/^breakwater-[a-z-]+:(.*)$/) ?? [];
  return inNamespace ?? nameFile(resolve(source), path);
}

/** What a body calls a file of the user's: from the script's folder, with slashes. */
export function nameFile(file: string, script: string): string {
  if (isUrl(file)) return file;
  return file === script ? basename(file) : relative(dirname(script), file).replaceAll("\\", "/");
}

/** An image or a page would become the path of a copy that nobody writes. */
function refuseAssets(outputs: readonly Bun.BuildArtifact[], map: BundleMap): void {
  const asset = outputs.find(({ kind, path }) => kind !== "sourcemap" && !/\.js$/.test(path));
  if (asset === undefined) return;
  const found = findImport(map, (specifier) => specifier.endsWith(extname(asset.path)));
  throw importError(
    found?.specifier ?? asset.path,
    found?.position,
    "it is no JavaScript, TypeScript, JSON, YAML, TOML or text; read it with node:fs",
  );
}
