import { pack } from "tar-stream";
import { dataEntry, entryOf, type Metadata, metadataEntry } from "./layout.ts";

/** What goes into an archive; URLs as k6 writes them, `file:///…` and `https://…`. */
export interface ArchiveContent {
  readonly metadata: Metadata;
  readonly script: Uint8Array;
  /** Everything that the script needs beside itself, by its URL. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A tar in k6's layout (load.md 1.10), which k6 can run. The same content gives the same bytes. */
export async function packArchive({
  metadata,
  script,
  files,
}: ArchiveContent): Promise<Uint8Array> {
  const tar = pack();
  const mtime = new Date(0);
  const scriptEntry = entryOf(metadata.filename);
  const entries = new Map([...files].map(([url, content]) => [entryOf(url), content] as const));
  entries.delete(scriptEntry);
  const put = (name: string, content: Uint8Array): void =>
    void tar.entry({ name, mode: 0o644, mtime }, Buffer.from(content));

  put(metadataEntry, Buffer.from(`${JSON.stringify(metadata, undefined, 2)}\n`));
  put(dataEntry, script);
  const names = [...entries.keys(), scriptEntry].sort(byName);
  for (const name of foldersOf(names)) tar.entry({ name, type: "directory", mode: 0o755, mtime });
  for (const name of names) {
    if (name !== scriptEntry) put(name, entries.get(name)!);
    else tar.entry({ name, type: "link", linkname: dataEntry, mtime });
  }
  tar.finalize();
  return Buffer.concat((await Array.fromAsync(tar)) as Uint8Array[]);
}

function foldersOf(names: readonly string[]): readonly string[] {
  const folders = names.flatMap((name) => {
    const parts = name.split("/").slice(0, -1);
    return parts.map((_, place) => parts.slice(0, place + 1).join("/"));
  });
  return [...new Set(folders)].sort(byName);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
