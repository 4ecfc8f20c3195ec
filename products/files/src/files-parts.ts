import type { ServiceKit } from "@breakwater/service";
import type { Links } from "./caches/links.ts";
import type { Lists } from "./caches/lists.ts";
import type { Envelopes } from "./envelope.ts";
import type { FileSpace, SpaceOf } from "./file-space.ts";
import type { Settings } from "./settings.ts";
import type { OwnLinks } from "./store/own-links.ts";
import type { TransferMemory } from "./uploads/index.ts";

/** What the service's routes are made of. */
export interface FilesParts {
  readonly kit: ServiceKit;
  readonly settings: Settings;
  readonly envelopes: Envelopes;
  readonly spaceOf: SpaceOf;
  /** All that there is, for who has a signed link to a file. */
  readonly wholeSpace: FileSpace;
  /** Download links of files that exist. */
  readonly links: Links;
  readonly lists: Lists;
  readonly ownLinks: OwnLinks;
  /** What uploads may take together. */
  readonly memory: TransferMemory;
  /** The calendar's time in ms since 1970. */
  readonly epochMs: () => number;
  /** A UUID. */
  readonly newId: () => string;
}
