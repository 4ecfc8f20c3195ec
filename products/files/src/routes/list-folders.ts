import type { CallHandler } from "@breakwater/service";
import { respondText } from "../envelope.ts";
import { isHidden } from "../file-path.ts";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { queryOf } from "../query.ts";
import { folderDetails } from "./list.ts";

/** More than anybody looks through; about 100 bytes each. */
const MAX_FOLDERS = 100_000;

/** `?path=`: all folders below it, as a bare array. */
export function listFolders(parts: FilesParts): CallHandler {
  const { lists, spaceOf, settings } = parts;
  return (call) => {
    const space = spaceOf(call, "read");
    const prefix = space.folderOf(queryOf(call).get("path") ?? "");
    const load = async (): Promise<Uint8Array> => {
      const found = await foldersBelow(space, prefix);
      const text = found.map((key) => folderDetails(space.pathOf(key), settings)).join(",");
      return new TextEncoder().encode(`[${text}]\n`);
    };
    const found = lists.find({ prefix, question: `${space.prefix}\0folders`, load });
    if (!(found instanceof Promise)) return respondText(call, found.body);
    return found.then(({ body }) => respondText(call, body));
  };
}

/**
 * With and without a marker of their own, in order: each key tells of all folders that it is in,
 * and keys come in order, so that only those that the one before was not in are new.
 */
async function foldersBelow({ store }: FileSpace, prefix: string): Promise<readonly string[]> {
  const folders: string[] = [];
  let before = prefix;
  for await (const { key } of store.listAll({ prefix })) {
    if (isHidden(key)) continue;
    let at = key.indexOf("/", sharedLength(key, before, prefix.length));
    for (; at !== -1; at = key.indexOf("/", at + 1)) folders.push(key.slice(0, at + 1));
    before = key;
    if (folders.length <= MAX_FOLDERS) continue;
    const hint = "name a folder with fewer by ?path=";
    throw new FilesError("bad_request", `Cannot list more than ${MAX_FOLDERS} folders: ${hint}`);
  }
  return folders;
}

/** Up to the last slash that both have in common. */
function sharedLength(key: string, before: string, from: number): number {
  let at = from;
  while (at < key.length && key.charCodeAt(at) === before.charCodeAt(at)) at += 1;
  return at <= from ? from : Math.max(from, key.lastIndexOf("/", at - 1) + 1);
}
