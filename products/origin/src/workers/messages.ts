import type { TlsIdentity } from "@breakwater/http-server";
import type { Snapshot } from "../metrics/counts.ts";
import type { OriginSettings } from "../options.ts";
import type { OriginPlaces } from "../run.ts";

export type ToWorker =
  | {
      readonly kind: "start";
      readonly settings: OriginSettings;
      readonly identity: TlsIdentity | undefined;
    }
  | { readonly kind: "stop"; readonly graceMs: number | undefined }
  | { readonly kind: "count"; readonly question: number }
  /** What all workers have counted. */
  | { readonly kind: "counted"; readonly question: number; readonly snapshots: Snapshot[] };

export type FromWorker =
  | { readonly kind: "listening"; readonly places: OriginPlaces }
  | { readonly kind: "refused"; readonly message: string }
  /** What have all workers counted? */
  | { readonly kind: "ask"; readonly question: number }
  | { readonly kind: "snapshot"; readonly question: number; readonly snapshot: Snapshot }
  | { readonly kind: "stopped" };

/** Messages are few; the longest is what all have counted. */
export const channelLimits: { readonly maxMessageChars: number; readonly maxQueued: number } = {
  maxMessageChars: 64 * 1024 * 1024,
  maxQueued: 1000,
};
