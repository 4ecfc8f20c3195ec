import type { BridgeClient } from "./bridge-client.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { Client } from "./client.ts";
import { parseOptions } from "./settings.ts";

/** Connects, in the background: see `ready()` and `state`. Throws for options that cannot be. */
export function connectBridge(options: BridgeOptions): BridgeClient {
  return new Client(parseOptions(options));
}
