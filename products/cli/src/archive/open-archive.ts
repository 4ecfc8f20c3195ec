import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize, sep } from "node:path";
import { InvalidArgumentError } from "commander";
import { extract } from "tar-stream";
import type { ScriptSource } from "../script-source.ts";
import { dataEntry, entryOf, type Metadata, metadataEntry } from "./layout.ts";

/** Archives hold scripts and their data; what is larger is some other tar. */
const MAX_BYTES = 1024 ** 3;

/** Whether it begins as a tar does (POSIX.1-1988, ustar). */
export function isTar(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(257, 262)).toString("latin1") === "ustar";
}

/** Unpacks a k6 archive into a folder of its own. Throws an InvalidArgumentError. */
export async function openArchive(bytes: Uint8Array, name: string): Promise<ScriptSource> {
  const refuse = (why: string): never => {
    throw new InvalidArgumentError(`Cannot read the archive ${name}: ${why}`);
  };
  if (bytes.length > MAX_BYTES) refuse(`it has more than ${MAX_BYTES} bytes`);
  const entries = await readEntries(bytes).catch(() => refuse("it is no tar, or damaged"));
  const data = entries.get(dataEntry) ?? refuse(`it has no ${dataEntry}; is it one of k6's?`);
  const text = entries.get(metadataEntry) ?? refuse(`it has no ${metadataEntry}`);
  const metadata = tryMetadata(text) ?? refuse(`its ${metadataEntry} says no script and options`);

  const folder = mkdtempSync(join(tmpdir(), "breakwater-archive-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    for (const [entry, content] of entries) {
      if (!/^(file|https)\//.test(entry)) continue;
      write(inside(folder, entry) ?? refuse(`"${entry}" lies outside of it`), content);
    }
    const script = entryOf(metadata.filename);
    const path = inside(folder, script) ?? refuse(`"${script}" lies outside of it`);
    write(path, data);
    return {
      target: { kind: "script", path, source: undefined, archivedOptions: metadata.options },
      env: metadata.env,
      folder,
      [Symbol.dispose]: remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function readEntries(bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = new Map<string, Uint8Array>();
  const reader = extract();
  reader.end(bytes);
  for await (const entry of reader) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part as Uint8Array);
    if (entry.header.type === "file") entries.set(entry.header.name, Buffer.concat(parts));
  }
  return entries;
}

function tryMetadata(text: Uint8Array): Pick<Metadata, "filename" | "options" | "env"> | undefined {
  try {
    const { filename, options, env } = JSON.parse(Buffer.from(text).toString());
    new URL(filename);
    return typeof options === "object" ? { filename, options, env: env ?? {} } : undefined;
  } catch {
    return undefined;
  }
}

/** undefined for what would be written elsewhere. */
function inside(folder: string, entry: string): string | undefined {
  const path = normalize(join(folder, entry));
  return path.startsWith(folder + sep) ? path : undefined;
}

function write(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
