import type { CallHandler } from "@breakwater/service";
import { FilesError } from "../files-error.ts";
import type { FilesParts } from "../files-parts.ts";
import { queryOf } from "../query.ts";

/** `?path=`: an object of no bytes whose key ends in a slash. */
export function createFolder({ envelopes, spaceOf }: FilesParts): CallHandler {
  return async (call) => {
    const space = spaceOf(call, "write");
    const path = queryOf(call).get("path") ?? "";
    if (path === "") {
      throw new FilesError("bad_path", "Cannot create a folder without a name: add ?path=", {
        original: { status: 400, message: "folder path is required and should end with /" },
      });
    }
    const key = space.folderOf(path);
    try {
      await space.store.put(key, "", {
        contentType: "application/x-directory",
        signal: call.signal,
      });
    } finally {
      await space.changed(key);
    }
    envelopes.success(call, "Folder created successfully");
  };
}
