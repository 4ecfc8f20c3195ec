import type { Clock } from "@breakwater/clock";
import {
  type JwtClaims,
  type JwtResult,
  jwtKey,
  jwtVerifier,
  type KeySource,
  keyRing,
  remoteKeys,
} from "@breakwater/jwt";
import { FilesError } from "../files-error.ts";
import type { Settings } from "../settings.ts";
import { type Identified, tenantPattern, toCaller } from "./caller.ts";

export interface TokenParts {
  readonly clock: Clock;
  /** Is told of each fetch of the key set that failed. */
  readonly onKeysFailure: (error: unknown) => void;
}

type Found = Identified | FilesError;

/** Who brings which Authorization. Throws JwtError for settings that cannot be. */
export function tokenCallers(
  settings: Settings,
  parts: TokenParts,
): (credentials: string) => Found | Promise<Found> {
  const verifier = verifierOf(settings, parts);
  // A verified token's claims are one object as long as the token is remembered.
  const known = new WeakMap<JwtClaims, Found>();
  const judge = (result: JwtResult): Found => {
    if (!result.ok) return refusal(result.reason);
    const before = known.get(result.claims);
    if (before !== undefined) return before;
    const found = identified(result.claims, settings.jwtTenantClaim);
    known.set(result.claims, found);
    return found;
  };
  return (credentials) => {
    const token = /^bearer +(\S+)$/i.exec(credentials)?.[1];
    if (token === undefined || verifier === undefined) {
      const what = verifier === undefined ? "an API key as X-API-Key" : "Bearer and a token";
      return new FilesError("unauthorized", `Cannot accept that Authorization: send ${what}`);
    }
    const verified = verifier.verify(token);
    return verified instanceof Promise ? verified.then(judge) : judge(verified);
  };
}

const LEEWAY_MS = 5000;
const MAX_TOKEN_BYTES = 8192;
const MAX_REMEMBERED = 10_000;

function verifierOf(settings: Settings, parts: TokenParts) {
  const { jwtSecret: secret, jwtKeysUrl: url, jwtIssuer, jwtAudience } = settings;
  if (secret === undefined && url === undefined) return undefined;
  const keys: KeySource =
    secret === undefined
      ? publishedKeys(url!, parts)
      : keyRing({ keys: [jwtKey({ kid: "secret", algorithm: "HS256", secret })], maxKeys: 1 });
  return jwtVerifier({
    keys,
    algorithms: secret === undefined ? ["RS256", "ES256", "EdDSA"] : ["HS256"],
    issuer: jwtIssuer,
    audience: jwtAudience,
    leewayMs: LEEWAY_MS,
    requireExp: true,
    maxTokenBytes: MAX_TOKEN_BYTES,
    cache: { maxTokens: MAX_REMEMBERED },
    wallNowMs: Date.now,
  });
}

function publishedKeys(url: string, { clock, onKeysFailure }: TokenParts): KeySource {
  return remoteKeys({
    url,
    clock,
    timeoutMs: 5000,
    maxBytes: 1_048_576,
    maxKeys: 100,
    minAgeMs: 60_000,
    maxAgeMs: 3_600_000,
    staleMs: 86_400_000,
    intervalMs: 10_000,
    onFailure: onKeysFailure,
  });
}

/** RFC 9068 2.2.3: scopes are words in `scope`; some issuers write a list in `scopes`. */
function identified(claims: JwtClaims, tenantClaim: string): Found {
  const { sub, scope, scopes } = claims;
  const words = typeof scope === "string" ? scope.split(" ") : Array.isArray(scopes) ? scopes : [];
  const user = sub === undefined || sub === "" ? "token" : sub;
  const tenant = tenantClaim === "" ? undefined : claims[tenantClaim];
  const all = words.filter((word) => typeof word === "string");
  if (typeof tenant === "string" && tenantPattern.test(tenant)) {
    return { user, caller: toCaller(all, tenant) };
  }
  const isForAll = tenant === undefined && (tenantClaim === "" || all.includes("admin"));
  if (isForAll) return { user, caller: toCaller(all, undefined) };
  const why = "it names no tenant, or one that cannot be a folder";
  return new FilesError("forbidden", `Cannot accept that token: ${why}`);
}

function refusal(reason: string): FilesError {
  if (reason === "keys_unavailable") {
    const why = "the keys to check it with are out of reach";
    return new FilesError("keys_unavailable", `Cannot check that token now: ${why}`);
  }
  const words = reason.replaceAll("_", " ");
  return new FilesError("unauthorized", `Cannot accept that token (${words}): get a new one`);
}
