import type { Call } from "@breakwater/service";
import type { Scope } from "../file-space.ts";

/** What somebody may do, and in which part of the store. */
export interface Caller {
  readonly scopes: ReadonlySet<string>;
  /** "" or "acme/". */
  readonly prefix: string;
}

export interface Identified {
  readonly user: string;
  readonly caller: Caller;
}

/** Undefined for who brought neither key nor token. */
export const callerOf = ({ claims }: Call): Caller | undefined =>
  claims?.["caller"] as Caller | undefined;

export function identifyCaller(call: Call, { user, caller }: Identified): void {
  call.identify(user, { caller });
}

/** Who has no tenant sees all. Who may administrate may do the rest, too. */
export function toCaller(scopes: Iterable<string>, tenant: string | undefined): Caller {
  const all = new Set(scopes);
  if (all.has("admin")) for (const scope of everyScope) all.add(scope);
  return { scopes: all, prefix: tenant === undefined ? "" : `${tenant}/` };
}

const everyScope: readonly Scope[] = ["read", "write", "delete", "admin"];

/** A folder of the bucket: one name, so that no tenant is within another; none that is hidden. */
export const tenantPattern: RegExp = /^\w[\w.-]{0,63}$/;
