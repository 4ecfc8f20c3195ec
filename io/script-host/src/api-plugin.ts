import type { BunPlugin } from "bun";
import type { ApiSurface } from "./api-surface.ts";
import { findImportIn } from "./find-import.ts";
import { hostParameter } from "./host-parameter.ts";
import type { Refusals } from "./refusals.ts";
import { importError } from "./script-error.ts";

/** Also the start of `apiRequireNamespace`. */
export const apiNamespace = "breakwater-api";
const apiRequireNamespace = "breakwater-api-cjs";

export interface ApiPluginOptions {
  readonly apiModules: Readonly<Record<string, ApiSurface>>;
  /** Is told which of them are imported. */
  readonly imports: Set<string>;
  readonly refused: Refusals;
  /** The text of a file that imports. */
  readonly readText: (file: string) => Promise<string>;
}

/** Makes each API module one that takes its exports from the VU that the bundle is run for. */
export function apiPlugin(options: ApiPluginOptions): BunPlugin {
  const { apiModules, imports } = options;
  const specifiers = Object.keys(apiModules).map((specifier) => RegExp.escape(specifier));
  const filter = new RegExp(`^(?:${specifiers.join("|")})$`);
  return {
    name: "breakwater-api",
    setup(build) {
      build.onResolve({ filter }, ({ path, kind }) => {
        imports.add(path);
        const isRequire = kind === "require-call" || kind === "require-resolve";
        return { path, namespace: isRequire ? apiRequireNamespace : apiNamespace };
      });
      build.onResolve({ filter: /^k6(?:\/|$)/ }, async ({ path, importer }) => {
        if (Object.hasOwn(apiModules, path)) return undefined;
        await refuse(path, importer, options);
        return { path, namespace: apiRequireNamespace };
      });
      build.onLoad({ filter: /./, namespace: apiNamespace }, ({ path }) => ({
        contents: esModule(path, apiModules[path] ?? noSurface),
        loader: "js",
      }));
      build.onLoad({ filter: /./, namespace: apiRequireNamespace }, ({ path }) => ({
        contents: commonJsModule(path, apiModules[path] ?? noSurface),
        loader: "js",
      }));
    },
  };
}

const noSurface: ApiSurface = { names: [], hasDefault: false };

async function refuse(
  specifier: string,
  importer: string,
  { apiModules, refused, readText }: ApiPluginOptions,
): Promise<void> {
  const text = await readText(importer);
  const found = findImportIn(text, importer, (name) => name === specifier);
  refused.first ??= importError(specifier, found?.position, whyUnknown(specifier, apiModules));
}

function whyUnknown(specifier: string, apiModules: ApiPluginOptions["apiModules"]): string {
  const moved = Object.hasOwn(movedModules, specifier) ? movedModules[specifier] : undefined;
  if (moved !== undefined) return moved;
  if (specifier.startsWith("k6/x/")) {
    return "extensions of k6 are programs in Go, which do not run here; npm packages do";
  }
  const known = Object.keys(apiModules).filter((name) => /^k6(?:\/|$)/.test(name));
  return `there is no such module; known are ${known.sort().join(", ")}`;
}

/** Gone from k6 itself. */
const movedModules: Readonly<Record<string, string>> = {
  "k6/experimental/browser": 'it has moved: import "k6/browser"',
  "k6/experimental/grpc": 'it has moved: import "k6/net/grpc"',
  "k6/experimental/timers": 'it has moved: import "k6/timers"',
  "k6/experimental/webcrypto": "it has moved: crypto is a global",
  "k6/experimental/redis": 'k6 has made it an extension, "k6/x/redis"; use an npm package',
  "k6/experimental/tracing": "k6 has removed it; set the header traceparent in params.headers",
};

function esModule(specifier: string, { names, hasDefault }: ApiSurface): string {
  const all = `${hostParameter}.api[${JSON.stringify(specifier)}]`;
  // Named as scripts do, since the engine quotes names in its messages: "evaluating 'http.gett'".
  const whole = wholeName(specifier, names);
  const exports = [...names, ...(hasDefault ? [`${whole} as default`] : [])].join(", ");
  // Each for itself and without side effects: what the script does not import is left out of the
  // bundle, and the host need not make it for every VU.
  const locals = names.map((name) => {
    return `const ${name} = /* @__PURE__ */ (() => ${all}[${JSON.stringify(name)}])();`;
  });
  if (hasDefault) locals.push(`const ${whole} = /* @__PURE__ */ (() => ${all})();`);
  return `${locals.join("\n")}\nexport { ${exports} };\n`;
}

function wholeName(specifier: string, names: readonly string[]): string {
  const name = /[\w$]+$/.exec(specifier)?.[0] ?? "api";
  const isFree = /^[a-z_$]/i.test(name) && !names.includes(name);
  return isFree ? name : `$${name}`;
}

/** With what compilers look for that turn `import http from` into `require("k6/http").default`. */
function commonJsModule(specifier: string, { names }: ApiSurface): string {
  const all = `${hostParameter}.api[${JSON.stringify(specifier)}]`;
  return `module.exports = ${hostParameter}.run.commonJs(${all}, ${JSON.stringify(names)});\n`;
}
