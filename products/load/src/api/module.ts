import type { ApiSurface } from "@breakwater/script-host";
import type { VuContext } from "../vu/vu-context.ts";

/** A module that scripts can import, such as "k6/http". */
export interface ApiModule {
  readonly surface: ApiSurface;
  /** Imports what makes it: only a process whose script imports the module pays for that. */
  readonly load: () => Promise<CreateModule>;
}

/**
 * Makes the module as one VU has it: an object with all names of the surface, which is the default
 * export as well. The same object for every VU where nothing in it depends on whose it is;
 * otherwise with getters that make what is asked for, since there may be thousands of VUs.
 */
export type CreateModule = (vu: VuContext) => object;
