import type { ObjectStore } from "@breakwater/object-store";
import type { OwnLinks } from "./own-links.ts";

/** Where files are kept. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** What signs URLs: as the store, but under the name by which clients reach it. */
  readonly presign: ObjectStore["presign"];
  /** Of links that not all clients can follow. */
  readonly ownLinks?: OwnLinks;
  /** Nobody else writes there. */
  readonly isOurs: boolean;
  /** For people: "embedded in ./breakwater-files", "files at https://…". */
  readonly name: string;
}
