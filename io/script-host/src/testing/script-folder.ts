import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompiledScript, compileScript } from "../compile-script.ts";

/** A user's folder with these files, gone with the test. */
export async function scriptFolder(files: Readonly<Record<string, string>>): Promise<ScriptFolder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "breakwater-script ")));
  for (const [name, text] of Object.entries(files)) {
    await Bun.write(join(root, name), text);
  }
  const file = (name: string) => join(root, name);
  return {
    file,
    compile: (name = "script.ts", source) =>
      compileScript({ path: file(name), source, apiModules, globals: ["__ENV"] }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

export interface ScriptFolder extends AsyncDisposable {
  /** The absolute path of one of its files. */
  file(name: string): string;
  /** With the API module "breakwater", which has `http` and `check`, and the global `__ENV`. */
  compile(name?: string, source?: string): Promise<CompiledScript>;
}

const apiModules = { breakwater: { names: ["http", "check"], hasDefault: false } };
