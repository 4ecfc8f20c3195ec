import type { Part } from "../parts/part.ts";

/** How long and how many: all of it, or just enough to see that it works. */
export interface BridgeOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly idleClients: number;
  readonly stormClients: number;
  readonly signal: AbortSignal;
}

/** A chapter of bench/BRIDGE.md. */
export type BridgePart = Part<BridgeOptions>;
