import type { KeyRing } from "@breakwater/jwt";
import type { CallHandler } from "@breakwater/service";
import { respondJson } from "../json.ts";

/** The public keys, for others who check our tokens (RFC 7517); a secret has none to show. */
export function keySet(keys: KeyRing): CallHandler {
  return (call) => respondJson(call, keys.jwks());
}
