import { dirname, resolve } from "node:path";
import type { ApiSurface } from "./api-surface.ts";
import { bundle, nameFile } from "./bundle.ts";
import type { LoadRemote } from "./remote-plugin.ts";
import { ScriptError, showPath } from "./script-error.ts";

/** Parses, bundles, transforms and wraps a script; runs nothing of it. Throws `ScriptError`. */
export async function compileScript(options: CompileOptions): Promise<CompiledScript> {
  const { apiModules, globals, fileGlobals = [], remote } = options;
  const path = resolve(options.path);
  const source = options.source ?? (await readScript(path));
  const bundled = await bundle({ path, source, apiModules, globals, remote });
  // Its parser takes 13 MB, which a process that only runs scripts need not have.
  const { wrap } = await import("./wrap.ts");
  const nameOf = (file: string): string => nameFile(file, path);
  const wrapped = wrap(bundled, { path, apiModules, fileGlobals, nameFile: nameOf });
  const { followMaps } = await import("./follow-maps.ts");
  const { sources, mappings } = await followMaps({ ...bundled.map, mappings: wrapped.mappings });
  const { body } = wrapped;
  const name = `breakwater-script-${Bun.hash(body).toString(16)}`;
  const { imports } = bundled;
  return { path, portable: { name, body, folder: dirname(path), imports, sources, mappings } };
}

/**
 * The code that runs instead of the script, for people to read: the same for the same files,
 * wherever they lie. Throws `ScriptError`.
 */
export async function printCompiled(options: CompileOptions): Promise<string> {
  const { portable } = await compileScript(options);
  return `${portable.body.trimEnd()}\n`;
}

export interface CompileOptions {
  readonly path: string;
  /**
   * The script's text when it is no file (standard input); `path` then says where its imports
   * start.
   */
  readonly source?: string | undefined;
  /** What the host provides, by specifier. Any other name is an error. */
  readonly apiModules: Readonly<Record<string, ApiSurface>>;
  /**
   * Names that the host provides as globals, such as `__ENV`, with values of its own for each VU.
   */
  readonly globals: readonly string[];
  /**
   * The same for those that depend on the file that uses them, such as `open`: the host's global is
   * a function from the file's path (or URL) to the script's.
   */
  readonly fileGlobals?: readonly string[];
  /** Gets modules that are imported by an https: URL. */
  readonly remote?: LoadRemote;
}

export interface CompiledScript {
  /** Absolute. */
  readonly path: string;
  readonly portable: PortableScript;
}

/** All that a worker process needs to run the script without compiling again; survives JSON. */
export interface PortableScript {
  /** What stack traces call the code: no other script has it. */
  readonly name: string;
  readonly body: string;
  /** Absolute; where the files lie that the body names. */
  readonly folder: string;
  /** The host's modules that the script and its files import, sorted. */
  readonly imports: readonly string[];
  /** From here, the source map. */
  readonly sources: readonly string[];
  readonly mappings: string;
}

async function readScript(path: string): Promise<string> {
  try {
    return await Bun.file(path).text();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new ScriptError("not_found", `Cannot find the script ${showPath(path)}`);
    }
    const reason = code === "EISDIR" ? "it is a directory" : String(code ?? error);
    throw new ScriptError("unreadable", `Cannot read the script ${showPath(path)}: ${reason}`);
  }
}
