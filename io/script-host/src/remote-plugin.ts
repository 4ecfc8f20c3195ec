import type { BunPlugin, Loader } from "bun";
import { findImportIn } from "./find-import.ts";
import type { Refusals } from "./refusals.ts";
import { importError } from "./script-error.ts";

/** Gets a module by its https: URL. */
export type LoadRemote = (url: string) => Promise<RemoteText | RemoteFile>;

/** A file that holds its text, or the text itself: what it imports lies beside the URL. */
type RemoteText =
  | { readonly path: string }
  | { readonly contents: string; readonly loader: Loader };

/** A file of the host's that stands in for it: what that imports lies beside the file. */
interface RemoteFile {
  readonly file: string;
}

export const remoteNamespace = "breakwater-remote";

export interface RemotePluginOptions {
  readonly remote: LoadRemote | undefined;
  readonly refused: Refusals;
  /** The text of a file that imports. */
  readonly readText: (file: string) => Promise<string>;
}

/** Lets scripts import by URL, and what is imported so import what lies beside it. */
export function remotePlugin({ remote, refused, readText }: RemotePluginOptions): BunPlugin {
  const texts = new Map<string, string>();

  const refuse = async (specifier: string, importer: string, reason: string): Promise<void> => {
    const text = texts.get(importer) ?? (await readText(importer));
    const found = findImportIn(text, importer, (name) => name === specifier);
    refused.first ??= importError(specifier, found?.position, reason);
  };

  /** At once, while it is known who asks for it. */
  const load = async (
    url: string,
    specifier: string,
    importer: string,
  ): Promise<{ path: string; namespace: string }> => {
    const resolved = { path: url, namespace: remoteNamespace };
    if (texts.has(url)) return resolved;
    if (remote === undefined) {
      await refuse(specifier, importer, "download it, and import the file");
      return resolved;
    }
    try {
      const loaded = await remote(url);
      if ("file" in loaded) return { path: loaded.file, namespace: "file" };
      const contents = "path" in loaded ? await Bun.file(loaded.path).text() : loaded.contents;
      texts.set(url, contents);
      loaders.set(url, "path" in loaded ? loaderOf(url) : loaded.loader);
    } catch (error) {
      await refuse(specifier, importer, error instanceof Error ? error.message : String(error));
    }
    return resolved;
  };
  const loaders = new Map<string, Loader>();

  return {
    name: "breakwater-remote",
    setup(build) {
      build.onResolve({ filter: /^https:\/\//i }, async ({ path, importer }) => {
        return await load(new URL(path).href, path, importer);
      });
      build.onResolve({ filter: /^http:\/\//i }, async ({ path, importer }) => {
        await refuse(path, importer, "what runs here must not be changed on the way: use https:");
        return { path, namespace: remoteNamespace };
      });
      // Not by its namespace: Bun 1.4.5 says "file" whoever imports.
      build.onResolve({ filter: /^[^:]+$/ }, async ({ path, importer }) => {
        if (!/^https:/i.test(importer) || /^k6(?:\/|$)/.test(path)) return undefined;
        const url = /^(?:\.{0,2}\/)/.test(path) ? new URL(path, importer).href : undefined;
        if (url) return await load(url, path, importer);
        await refuse(path, importer, "a module from the network imports by URL or path");
        return { path, namespace: remoteNamespace };
      });
      build.onLoad({ filter: /./, namespace: remoteNamespace }, ({ path }) => ({
        contents: texts.get(path) ?? "",
        loader: loaders.get(path) ?? "js",
      }));
    },
  };
}

function loaderOf(url: string): Loader {
  const [, extension = ""] = /\.(\w+)$/.exec(new URL(url).pathname) ?? [];
  return extension === "ts" || extension === "json" ? extension : "js";
}
