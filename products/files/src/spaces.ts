import type { ObjectStore } from "@breakwater/object-store";
import { callerOf } from "./auth/caller.ts";
import type { Forgetting } from "./caches/forgetting.ts";
import { checkPath, toFolder } from "./file-path.ts";
import type { FileSpace, SpaceOf } from "./file-space.ts";
import { FilesError } from "./files-error.ts";

export interface SpacesOptions {
  readonly store: ObjectStore;
  readonly forgetting: Forgetting;
  readonly maxUploadBytes: number;
  /** Nobody has to say who it is: all may do all. */
  readonly isOpen: boolean;
}

export interface Spaces {
  readonly spaceOf: SpaceOf;
  /** All that there is, whoever asks. */
  readonly whole: FileSpace;
}

/** Which space a caller has, by its tenant. */
export function spaces(options: SpacesOptions): Spaces {
  const known = new Map<string, FileSpace>();
  const spaceAt = (prefix: string): FileSpace => {
    const before = known.get(prefix);
    if (before !== undefined) return before;
    if (known.size === MAX_KNOWN) known.clear();
    const space = newSpace(prefix, options);
    known.set(prefix, space);
    return space;
  };
  const whole = spaceAt("");
  if (options.isOpen) return { whole, spaceOf: () => whole };
  const spaceOf: SpaceOf = (call, scope) => {
    const caller = callerOf(call);
    if (caller === undefined) {
      const how = "send an API key as X-API-Key, or a token as Authorization: Bearer …";
      throw new FilesError("unauthorized", `Cannot answer who is not known: ${how}`);
    }
    if (!caller.scopes.has(scope)) {
      throw new FilesError("forbidden", `Cannot let you do that: it takes the scope ${scope}`);
    }
    return spaceAt(caller.prefix);
  };
  return { whole, spaceOf };
}

/** About 300 bytes each; made anew when it is asked for. */
const MAX_KNOWN = 10_000;

function newSpace(prefix: string, options: SpacesOptions): FileSpace {
  const { store, forgetting, maxUploadBytes } = options;
  return {
    store,
    prefix,
    maxUploadBytes,
    keyOf: (path) => {
      checkPath(path, prefix);
      return prefix + path;
    },
    folderOf: (path) => prefix + toFolder(path, prefix),
    pathOf: (key) => key.slice(prefix.length),
    changed: (key) => forgetting.forget(key),
    changedFolder: (folder) => forgetting.forgetFolder(folder),
  };
}
