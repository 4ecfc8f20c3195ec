import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { hostParameter } from "./bundle.ts";
import type { PortableScript } from "./compile-script.ts";
import { type ErrorDescription, errorDescriber } from "./error-describer.ts";

/**
 * Makes the script's factory, once per process: its code and what the JIT makes of it are shared.
 */
export function loadScript(portable: PortableScript): LoadedScript {
  const { name, body } = portable;
  const factory: Factory = new AsyncFunction(hostParameter, `${body}\n//# sourceURL=${name}\n`);
  const meta = importMeta();
  return {
    instantiate: async (api, globals) => (await factory({ api, globals, meta })) ?? {},
    describe: errorDescriber(portable),
  };
}

export interface LoadedScript {
  /**
   * Runs the module's top level for one VU and gives its exports, live.
   * `api` has a namespace for each specifier, `globals` a value for each name that it was compiled
   * with. Rejects with what the script throws.
   */
  instantiate(
    api: Readonly<Record<string, object>>,
    globals: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Says what the script threw in terms of the user's files. Never throws. */
  describe(error: unknown): ErrorDescription;
}

interface Host {
  readonly api: Readonly<Record<string, object>>;
  readonly globals: Readonly<Record<string, unknown>>;
  readonly meta: (file: string) => ScriptMeta;
}

type Factory = (host: Host) => Promise<Readonly<Record<string, unknown>> | undefined>;

const AsyncFunction = (async () => {}).constructor as new (
  parameter: string,
  body: string,
) => Factory;

/** What `import.meta` is: the user's file, not the bundle. */
interface ScriptMeta {
  readonly url: string;
  readonly filename: string;
  readonly path: string;
  readonly dirname: string;
  readonly dir: string;
  readonly require: NodeJS.Require;
  readonly resolve: (specifier: string) => string;
}

function importMeta(): (file: string) => ScriptMeta {
  const metas = new Map<string, ScriptMeta>();
  return (file) => {
    const known = metas.get(file);
    if (known !== undefined) return known;
    const url = pathToFileURL(file).href;
    const require = createRequire(file);
    const isPath = /^(?:\.{0,2}\/|file:)/;
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
