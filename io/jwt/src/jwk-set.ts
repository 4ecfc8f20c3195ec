import { createPublicKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import { type KeyPairAlgorithm, keyPairAlgorithms, misfit } from "./jwt-algorithm.ts";
import { JwtError } from "./jwt-error.ts";
import { type JwtKey, publicKey } from "./jwt-key.ts";

/** What a key set may be, and what of it was known before. */
export interface JwkSetLimits {
  readonly maxKeys: number;
}

/** Keys by their JSON, so that one that is still there stays the same object. */
export type KnownKeys = ReadonlyMap<string, JwtKey>;

/**
 * Reads another's key set. As RFC 7517, 5 has it, keys that cannot be used here are passed over:
 * secrets, keys for encryption, and of kinds, curves and sizes that are not supported.
 */
export function parseJwkSet(
  text: string,
  { maxKeys, known }: JwkSetLimits & { readonly known: KnownKeys },
): KnownKeys {
  const listed = listOf(text);
  if (listed.length > maxKeys) {
    const count = `it has ${listed.length} keys, and ${maxKeys} are allowed`;
    throw new JwtError("fetch_failed", `Cannot use the key set: ${count}`);
  }
  const keys = new Map<string, JwtKey>();
  for (const jwk of listed) {
    const json = JSON.stringify(jwk);
    const key = known.get(json) ?? tryJwk(jwk);
    if (key !== undefined) keys.set(json, key);
  }
  return keys;
}

function listOf(text: string): readonly unknown[] {
  try {
    const { keys } = JSON.parse(text) as { readonly keys: unknown };
    if (Array.isArray(keys)) return keys;
  } catch {
    // The same sentence will do.
  }
  const shape = 'it is no JSON of the form {"keys": [...]}';
  throw new JwtError("fetch_failed", `Cannot use the key set: ${shape}`);
}

function tryJwk(jwk: unknown): JwtKey | undefined {
  if (typeof jwk !== "object" || jwk === null) return undefined;
  const { kid, alg, use, key_ops: operations } = jwk as Readonly<Record<string, unknown>>;
  if (kid !== undefined && typeof kid !== "string") return undefined;
  if (use !== undefined && use !== "sig") return undefined;
  if (Array.isArray(operations) && !operations.includes("verify")) return undefined;
  const key = tryPublicKey(jwk as JsonWebKeyInput["key"]);
  if (key === undefined) return undefined;
  const algorithms = keyPairAlgorithms.filter((candidate) => suits(candidate, key, alg));
  return algorithms.length === 0 ? undefined : publicKey(kid, algorithms, key);
}

/** A private key that somebody published by mistake is read without what makes it one. */
function tryPublicKey({ kty, n, e, crv, x, y }: JsonWebKeyInput["key"]): KeyObject | undefined {
  const members = Object.entries({ kty, n, e, crv, x, y });
  const given = Object.fromEntries(members.filter(([, value]) => value !== undefined));
  try {
    return createPublicKey({ key: given as JsonWebKeyInput["key"], format: "jwk" });
  } catch {
    return undefined;
  }
}

const suits = (algorithm: KeyPairAlgorithm, key: KeyObject, alg: unknown) =>
  (alg === undefined || alg === algorithm) && misfit(key, algorithm) === undefined;
