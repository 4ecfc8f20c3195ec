import { createRequire } from "node:module";
import { findJslib } from "../jslib.ts";

type Names = Readonly<Record<string, unknown>>;

/** k6's modules by their specifiers, as a test has them. */
export type Provided = Readonly<Record<string, Names>>;

/**
 * What a library of ours exports, run as it stands: with what the test has for k6's modules, whose
 * calls are answered at once. Scripts get it compiled, so that calls may take their time.
 */
export async function loadLibrary<T>(
  url: string,
  provided: Provided = {},
  globals: Names = {},
): Promise<T> {
  const path = findJslib(url);
  if (path === undefined) throw new Error(`There is no library of ours for ${url}`);
  const built = await Bun.build({
    entrypoints: [path],
    target: "bun",
    format: "cjs",
    external: ["k6", "k6/*"],
  });
  const code = await built.outputs[0]!.text();
  const module: { exports: unknown } = { exports: {} };
  const require = (specifier: string): Names => {
    const names = provided[specifier];
    if (names === undefined) return createRequire(import.meta.url)(specifier);
    return names;
  };
  // Bun wraps it in a function, with a comment before.
  const wrapped = new Function(...Object.keys(globals), `return (${code}\n);`);
  wrapped(...Object.values(globals))(module.exports, require, module);
  return module.exports as T;
}
