import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { isUrl } from "./script-error.ts";

/** What `import.meta` is: the user's file, not the bundle. */
export interface ScriptMeta {
  readonly url: string;
  readonly filename: string;
  readonly path: string;
  readonly dirname: string;
  readonly dir: string;
  readonly require: NodeJS.Require;
  readonly resolve: (specifier: string) => string;
}

/** Makes one for each file, once. */
export function importMeta(): (file: string) => ScriptMeta {
  const metas = new Map<string, ScriptMeta>();
  return (file) => {
    const known = metas.get(file);
    if (known !== undefined) return known;
    const url = isUrl(file) ? file : pathToFileURL(file).href;
    const require = createRequire(isUrl(file) ? import.meta.url : file);
    const isPath = /^(?:\.{0,2}\/|file:|https:)/;
    const meta: ScriptMeta = {
      url,
      filename: file,
      path: file,
      dirname: dirname(file),
      dir: dirname(file),
      require,
      resolve: (specifier) =>
        isPath.test(specifier)
          ? new URL(specifier, url).href
          : pathToFileURL(require.resolve(specifier)).href,
    };
    metas.set(file, meta);
    return meta;
  };
}
