import { describe } from "bun:test";
import type { ObjectStore } from "../object-store.ts";
import { testBodies } from "./body-contract.ts";
import { testListings } from "./listing-contract.ts";
import { testObjects } from "./object-contract.ts";
import { testUploads } from "./upload-contract.ts";

/** A bucket of its own for each test: empty, or not there at all. */
export type OpenStore = (options: OpenStoreOptions) => Promise<ObjectStore>;

export interface OpenStoreOptions {
  readonly hasBucket: boolean;
}

/** What every ObjectStore does; `exceptKeys` are those that a store is known not to take. */
export function testObjectStore(
  name: string,
  open: OpenStore,
  { exceptKeys = [] }: { readonly exceptKeys?: readonly string[] } = {},
): void {
  describe(name, () => {
    const openBucket = (): Promise<ObjectStore> => open({ hasBucket: true });
    testObjects(open, exceptKeys);
    testBodies(openBucket);
    testListings(openBucket);
    testUploads(openBucket);
  });
}
