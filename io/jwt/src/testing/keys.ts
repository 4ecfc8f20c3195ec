import { generateKeyPairSync } from "node:crypto";
import type { KeyPairAlgorithm } from "../jwt-algorithm.ts";
import { type JwtKey, jwtKey } from "../jwt-key.ts";

/** A pair in PEM, made once per kind: RSA takes a good part of a second. */
export interface PemPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const pem = {
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
} as const;

const rsa: PemPair = generateKeyPairSync("rsa", { modulusLength: 2048, ...pem });

export const pairs: Readonly<Record<KeyPairAlgorithm, PemPair>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256", ...pem }),
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384", ...pem }),
  ES512: generateKeyPairSync("ec", { namedCurve: "P-521", ...pem }),
  EdDSA: generateKeyPairSync("ed25519", pem),
};

export const smallRsa: PemPair = generateKeyPairSync("rsa", { modulusLength: 1024, ...pem });

export function secretKey(kid: string): JwtKey {
  return jwtKey({ kid, algorithm: "HS256", secret: `${kid} `.repeat(32).slice(0, 32) });
}

export function pairKey(kid: string, algorithm: KeyPairAlgorithm = "EdDSA"): JwtKey {
  return jwtKey({ kid, algorithm, privateKey: pairs[algorithm].privateKey });
}
