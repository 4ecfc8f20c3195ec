import type { CallHandler } from "@breakwater/service";
import type { FileSpace } from "../file-space.ts";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { queryOf } from "../query.ts";

/** `?path=`: all that is in it, and its marker; 1,000 files to a request of the store. */
export function deleteFolder({ envelopes, spaceOf }: FilesParts): CallHandler {
  return async (call) => {
    const space = spaceOf(call, "delete");
    const path = queryOf(call).get("path") ?? "";
    if (path === "") {
      const hint = "it would be everything; name a folder by ?path=";
      throw new FilesError("bad_path", `Cannot delete the folder "": ${hint}`, {
        original: { message: "InvalidParameter: 1 validation error(s) found." },
      });
    }
    const folder = space.folderOf(path);
    try {
      await deleteAll(space, folder, call.signal);
    } finally {
      await space.changedFolder(folder);
    }
    envelopes.success(call, "Folder deleted successfully");
  };
}

async function deleteAll({ store }: FileSpace, prefix: string, signal: AbortSignal): Promise<void> {
  const keys = async function* (): AsyncGenerator<string> {
    for await (const { key } of store.listAll({ prefix, signal })) yield key;
  };
  const failed = await store.deleteMany(keys(), { signal });
  if (failed.length === 0) return;
  const message = `Cannot delete ${failed.length} files of that folder: the store keeps them`;
  throw new FilesError("store_failed", message, { cause: failed[0] });
}
