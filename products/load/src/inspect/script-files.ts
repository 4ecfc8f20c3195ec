import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The files of a script: itself first, and every module that it imports, and those theirs. */
export interface ScriptFiles {
  /** Their texts by their absolute paths. */
  readonly modules: ReadonlyMap<string, string>;
  /** What they import that is no file: "k6/http", "https://jslib.k6.io/…". */
  readonly others: ReadonlySet<string>;
}

/** Follows the imports of a script, whose text is `source` if it came by standard input. */
export async function scriptFiles(path: string, source: string | undefined): Promise<ScriptFiles> {
  const modules = new Map<string, string>();
  const others = new Set<string>();
  const waiting = [resolve(path)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (modules.has(file)) continue;
    const text = modules.size === 0 && source !== undefined ? source : await Bun.file(file).text();
    modules.set(file, text);
    for (const specifier of importsOf(file, text)) {
      const found = tryResolve(specifier, dirname(file));
      if (found === undefined) others.add(specifier);
      else waiting.push(found);
    }
  }
  return { modules, others };
}

/** Every file's URL, and what is no file, as `k6 deps` lists them. */
export function listImports({ modules, others }: ScriptFiles): readonly string[] {
  return [...[...modules.keys()].map(toUrl), ...others].toSorted(byCodeUnits);
}

/** The order of Go's sort.Strings, near enough. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}

export function toUrl(path: string): string {
  return pathToFileURL(path).href;
}

function importsOf(file: string, text: string): readonly string[] {
  if (file.endsWith(".json")) return [];
  const loader = /\.[mc]?ts$/.test(file) ? "ts" : "js";
  return new Bun.Transpiler({ loader }).scanImports(text).map(({ path }) => path);
}

function tryResolve(specifier: string, folder: string): string | undefined {
  if (/^(k6$|k6\/|breakwater$|https?:)/.test(specifier)) return undefined;
  try {
    const found = Bun.resolveSync(specifier.replace(/^file:\/\//, ""), folder);
    return found.startsWith("/") || /^[A-Z]:/i.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
