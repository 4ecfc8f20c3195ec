/** The package.json of a library in this repository. */
export interface LibraryManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  readonly peerDependencies?: Readonly<Record<string, string>> | undefined;
}

/** The same as npm gets it. */
export interface PublishedManifest extends Omit<LibraryManifest, "exports"> {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

/** `packed` has the versions of the libraries that it may depend on. */
export function toPublished(
  { name, version, description, exports, dependencies, peerDependencies }: LibraryManifest,
  packed: ReadonlyMap<string, string>,
): PublishedManifest {
  const versions = Object.keys(dependencies ?? {}).map((dependency) => {
    const found = packed.get(dependency);
    if (found === undefined) {
      throw new Error(`Cannot pack ${name} with ${dependency}: only libraries before it will do`);
    }
    return [dependency, found] as const;
  });
  const published = {
    ...{ name, version, description, license: "MIT", type: "module", sideEffects: false },
    engines: { node: ">=20" },
    exports: Object.fromEntries(
      Object.entries(exports).map(([entry, source]) => [entry, toBuilt(source)]),
    ),
    files: ["dist"],
    dependencies: versions.length === 0 ? undefined : Object.fromEntries(versions),
    peerDependencies,
  };
  return published;
}

/** Where the compiler puts what is made of a source file. */
function toBuilt(source: string): { types: string; default: string } {
  const built = source.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
  return { types: `${built}.d.ts`, default: `${built}.js` };
}

/** What stands between the quotes of `from "…"`, `import "…"` and `import("…")`. */
const specifier = /(?<=\b(?:from|import)\s*\(?\s*)(["'])([^"'\n]+)\1/g;

/** Files of sources become those that are made of them: the compiler leaves declarations as is. */
export function toJavaScriptImports(text: string): string {
  return text.replace(specifier, (whole, quote: string, path: string) => {
    return path.startsWith(".") ? `${quote}${path.replace(/\.ts$/, ".js")}${quote}` : whole;
  });
}

export function importsOf(text: string): string[] {
  return [...text.matchAll(specifier)].map(([, , path]) => path!);
}
