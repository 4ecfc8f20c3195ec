import type { JwtKey } from "./jwt-key.ts";

/** Where a verifier has its keys: a `KeyRing` of one's own, or another's key set, `RemoteKeys`. */
export interface KeySource {
  /** Those that count now, a bounded number; `undefined` while they cannot be had. */
  readonly keys: readonly JwtKey[] | undefined;
  /** To be waited for before keys are used, when these may be outdated. Never rejects. */
  freshen(): Promise<void> | undefined;
  /** To be waited for when a key is not among them, if there may be news. Never rejects. */
  refetch(): Promise<void> | undefined;
}
