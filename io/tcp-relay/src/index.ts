export type { Place } from "@breakwater/tcp-listener";
export type { Direction, Impairments } from "./impairments.ts";
export { type RelayCounts, type RelayOptions, type RunningRelay, relay } from "./relay.ts";
export { seededRandom } from "./seeded-random.ts";
