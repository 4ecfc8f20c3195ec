import { resolve } from "node:path";
import { bundle } from "./bundle.ts";
import { ScriptError, showPath } from "./script-error.ts";

/** Parses, bundles and wraps a script; runs nothing of it. Throws `ScriptError`. */
export async function compileScript(options: CompileOptions): Promise<CompiledScript> {
  const { apiModules, globals } = options;
  const path = resolve(options.path);
  const source = options.source ?? (await readScript(path));
  const bundled = await bundle({ path, source, apiModules, globals });
  // Its parser takes 13 MB, which a process that only runs scripts need not have.
  const { wrap } = await import("./wrap.ts");
  const body = wrap(bundled, path);
  const { sources, mappings } = bundled.map;
  const name = `breakwater-script-${Bun.hash(body).toString(16)}`;
  return { path, portable: { name, body, sources, mappings } };
}

export interface CompileOptions {
  readonly path: string;
  /**
   * The script's text when it is no file (standard input); `path` then says where its imports
   * start.
   */
  readonly source?: string | undefined;
  /** What the host provides: specifier → names of its exports. Any other name is an error. */
  readonly apiModules: Readonly<Record<string, readonly string[]>>;
  /**
   * Names that the host provides as globals, such as `__ENV`, with values of its own for each VU.
   */
  readonly globals: readonly string[];
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
