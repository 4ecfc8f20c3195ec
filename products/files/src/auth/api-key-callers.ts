import { apiKeyTable } from "@breakwater/service";
import { FilesError } from "../files-error.ts";
import type { ApiKeySetting } from "../settings.ts";
import { type Identified, toCaller } from "./caller.ts";

/** Who has which API key. Throws ServiceError for keys that cannot be. */
export function apiKeyCallers(
  keys: readonly ApiKeySetting[],
): (key: string) => Identified | FilesError {
  // One owner may have several keys with different scopes: what tells them apart is the tier.
  const table = apiKeyTable(
    keys.map(({ key, sha256, owner }, index) => ({
      ...(key !== undefined && { key }),
      ...(sha256 !== undefined && { sha256 }),
      owner,
      tier: String(index),
    })),
  );
  const known = keys.map(({ owner, scopes, tenant }) => ({
    user: owner,
    caller: toCaller(scopes, tenant),
  }));
  return (key) =>
    known[Number(table(key)?.tier)] ??
    new FilesError("unauthorized", "Cannot accept that API key: nobody has it");
}
