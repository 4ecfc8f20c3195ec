import type { CallHandler } from "@breakwater/service";
import type { FilesParts } from "../files-parts.ts";
import { pathIn } from "../named-file.ts";
import { queryOf } from "../query.ts";

/** `?path=`. Deleting what is not there is no error, as ever. */
export function deleteFile({ envelopes, spaceOf }: FilesParts): CallHandler {
  return async (call) => {
    const space = spaceOf(call, "delete");
    const key = space.keyOf(pathIn(queryOf(call)));
    try {
      await space.store.delete(key, { signal: call.signal });
    } finally {
      // It may be gone even if nobody could tell.
      await space.changed(key);
    }
    envelopes.success(call, "File deleted successfully");
  };
}
