import { createHash, randomBytes } from "node:crypto";
import {
  type JwtIssuer,
  type JwtKey,
  type JwtVerifier,
  jwtIssuer,
  jwtKey,
  jwtVerifier,
  type KeyRing,
  keyRing,
} from "@breakwater/jwt";
import type { Logger } from "@breakwater/service";
import type { Settings } from "./settings.ts";

export interface Tokens {
  readonly issuer: JwtIssuer;
  readonly verifier: JwtVerifier;
  readonly keys: KeyRing;
}

type TokenSettings = Pick<
  Settings,
  "jwtAlgorithm" | "jwtSecret" | "jwtPreviousSecret" | "jwtLifetime"
>;

const NAME = "breakwater-example-api";
const MAX_TOKEN_BYTES = 4096;
const MAX_REMEMBERED = 10_000;
const LEEWAY_MS = 5000;

/** Tokens that this service, or another instance of it, has signed. Throws JwtError. */
export function apiTokens(settings: TokenSettings, logger: Logger): Tokens {
  const { jwtAlgorithm, jwtSecret, jwtPreviousSecret, jwtLifetime } = settings;
  if (jwtSecret === undefined) {
    logger.warn("JWT_SECRET is not set: tokens are good until this process ends, and only here");
  }
  const secret = jwtSecret ?? randomBytes(32).toString("base64");
  const secrets = [jwtPreviousSecret, secret].filter((each) => each !== undefined);
  const keys = keyRing({ keys: secrets.map((each) => keyOf(each, jwtAlgorithm)), maxKeys: 2 });
  const shared = { keys, issuer: NAME, audience: NAME, wallNowMs: Date.now };
  return {
    keys,
    issuer: jwtIssuer({ ...shared, lifetimeMs: jwtLifetime }),
    verifier: jwtVerifier({
      ...shared,
      algorithms: [jwtAlgorithm],
      leewayMs: LEEWAY_MS,
      requireExp: true,
      maxTokenBytes: MAX_TOKEN_BYTES,
      cache: { maxTokens: MAX_REMEMBERED },
    }),
  };
}

function keyOf(secret: string, algorithm: Settings["jwtAlgorithm"]): JwtKey {
  // The same for all instances, and told apart from the one before.
  const kid = createHash("sha256").update(secret).digest("base64url").slice(0, 8);
  if (algorithm === "HS256") return jwtKey({ kid, algorithm, secret });
  return jwtKey({ kid, algorithm, privateKey: secret });
}
