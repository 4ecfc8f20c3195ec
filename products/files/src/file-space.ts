import type { ObjectStore } from "@breakwater/object-store";
import type { Call } from "@breakwater/service";

/**
 * The part of the store that a caller may see: all of it, or what is below its tenant's prefix.
 * Clients name files by `path`, the store by `key`, which is the prefix and the path.
 */
export interface FileSpace {
  readonly store: ObjectStore;
  /** "" or "acme/". */
  readonly prefix: string;
  readonly maxUploadBytes: number;
  /** Of a file. Throws FilesError ("bad_path") for what is none. */
  keyOf(path: string): string;
  /** Of all in a folder: it ends in "/", or is the space's own for "". Throws FilesError. */
  folderOf(path: string): string;
  pathOf(key: string): string;
  /**
   * After that key was written or deleted, and before the client hears of it: nobody is then shown
   * what was kept of it, by other instances neither. Never rejects.
   */
  changed(key: string): Promise<void>;
  /** The same for all keys that begin so. */
  changedFolder(prefix: string): Promise<void>;
}

export type Scope = "read" | "write" | "delete" | "admin";

/**
 * What the caller of this may see, if it has the scope. Throws FilesError ("unauthorized",
 * "forbidden").
 */
export type SpaceOf = (call: Call, scope: Scope) => FileSpace;
