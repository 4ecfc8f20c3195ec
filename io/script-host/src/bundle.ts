import { extname, resolve } from "node:path";
import type { BunPlugin, Loader } from "bun";
import { toScriptError } from "./build-message.ts";
import { importError, type SourcePosition } from "./script-error.ts";

/** Joins a script and all it imports to one ES module. Runs nothing of it. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { path, apiModules, globals } = options;
  const built = await Bun.build({
    entrypoints: [path],
    plugins: [entryPlugin(options), apiPlugin(apiModules)],
    target: "bun",
    // iife and cjs would refuse top-level await and make an undeclared variable global.
    format: "esm",
    sourcemap: "external",
    // Bun replaces only what is not declared, so a variable of the user's with such a name stays.
    define: Object.fromEntries(globals.map((name) => [name, `${hostParameter}.globals.${name}`])),
    throw: false,
  });
  const failure = built.logs.find(({ level }) => level === "error");
  if (failure !== undefined) throw toScriptError(failure, apiModules);

  const code = await output(built.outputs, "entry-point").text();
  const map = readMap(await output(built.outputs, "sourcemap").json(), options);
  refuseAssets(built.outputs, map);
  return { code, map };
}

export interface BundleOptions {
  /** Absolute. */
  readonly path: string;
  readonly source: string;
  /** What the host provides: specifier → names of its exports. */
  readonly apiModules: Readonly<Record<string, readonly string[]>>;
  /** Names that the host provides as globals, a value of its own to each VU. */
  readonly globals: readonly string[];
}

export interface Bundle {
  readonly code: string;
  readonly map: BundleMap;
}

/** The version 3 source map, with absolute paths; "" is what no file of the user's says. */
export interface BundleMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly mappings: string;
}

/** The one parameter of the factory that a bundle becomes: `{ api, globals, meta }`. */
export const hostParameter = "$breakwater";

/** An import as the user's file has it: the bundle no longer says where it stood. */
export function findImport(
  map: BundleMap,
  isWanted: (specifier: string) => boolean,
): FoundImport | undefined {
  for (const [index, text] of map.sourcesContent.entries()) {
    for (const { 0: quoted, index: at } of text.matchAll(/(["'])[^"'\n]+\1/g)) {
      const specifier = quoted.slice(1, -1);
      if (!isWanted(specifier)) continue;
      const before = text.slice(0, at).split("\n");
      const column = (before.at(-1)?.length ?? 0) + 1;
      const position = { file: map.sources[index] ?? "", line: before.length, column };
      return { specifier, position };
    }
  }
  return undefined;
}

export interface FoundImport {
  readonly specifier: string;
  readonly position: SourcePosition;
}

const apiNamespace = "breakwater-api";

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

/** Makes each API module one that takes its exports from the VU that the bundle is run for. */
function apiPlugin(apiModules: BundleOptions["apiModules"]): BunPlugin {
  const specifiers = Object.keys(apiModules).map((specifier) => RegExp.escape(specifier));
  const filter = new RegExp(`^(?:${specifiers.join("|")})$`);
  return {
    name: "breakwater-api",
    setup(build) {
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: apiNamespace }));
      build.onLoad({ filter, namespace: apiNamespace }, ({ path }) => ({
        contents: apiModule(path, apiModules[path] ?? []),
        loader: "js",
      }));
    },
  };
}

function apiModule(specifier: string, names: readonly string[]): string {
  // The API's own names, since the engine quotes them in its messages: "evaluating 'http.gett'".
  const local = (name: string): string => (name === "default" ? "$default" : name);
  const exports = names.map((name) => `${local(name)} as ${name}`).join(", ");
  const namespace = `${hostParameter}.api[${JSON.stringify(specifier)}]`;
  // Each for itself and without side effects: what the script does not import is left out of the
  // bundle, and the host need not make it for every VU.
  const locals = names.map((name) => {
    return `const ${local(name)} = /* @__PURE__ */ (() => ${namespace}[${JSON.stringify(name)}])();`;
  });
  return `${locals.join("\n")}\nexport { ${exports} };\n`;
}

function output(outputs: readonly Bun.BuildArtifact[], kind: Bun.BuildArtifact["kind"]) {
  const found = outputs.find((artifact) => artifact.kind === kind);
  if (found === undefined) throw new Error(`Bun.build made no ${kind}`);
  return found;
}

/** Bun names sources from the working directory, and leaves out those without code. */
function readMap(map: BundleMap, { path, source }: BundleOptions): BundleMap {
  const sources = map.sources.map((name) =>
    name.startsWith(`${apiNamespace}:`) ? "" : resolve(name),
  );
  const { sourcesContent, mappings } = map;
  return { sources: [...sources, path], sourcesContent: [...sourcesContent, source], mappings };
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
