import type { ServiceKit } from "@breakwater/service";
import type { WatchedKeeper } from "./keeping/watched-keeper.ts";
import type { BridgeFigures } from "./metrics/bridge-figures.ts";
import type { Settings } from "./settings.ts";
import type { Views } from "./views.ts";

/** What sessions and routes are made of. */
export interface BridgeParts {
  readonly kit: ServiceKit;
  readonly settings: Settings;
  readonly keeper: WatchedKeeper;
  readonly views: Views;
  readonly figures: BridgeFigures;
  /** The calendar's time in ms since 1970. */
  readonly epochMs: () => number;
  /** A UUID. */
  readonly newId: () => string;
  /** From 0 to 1, without 1. */
  readonly random: () => number;
  /** Who may connect and ask at all; everybody if there is no token. */
  readonly mayEnter: (token: string | undefined) => boolean;
  readonly isAdmin: (token: string | undefined) => boolean;
  /** Whether pages of that origin may use it; undefined is no page. */
  readonly mayUse: (origin: string | undefined) => boolean;
}
