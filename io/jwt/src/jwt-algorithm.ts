import type { KeyObject } from "node:crypto";

/** The algorithms of RFC 7518 and RFC 8037 that are supported; `none` is not one of them. */
export type JwtAlgorithm = SecretAlgorithm | KeyPairAlgorithm;

/** HMAC: whoever can verify can also sign. */
export type SecretAlgorithm = "HS256" | "HS384" | "HS512";

/** Signed with a private key, verified with a public one. `EdDSA` is Ed25519. */
export type KeyPairAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

interface KeyPairNeeds {
  readonly keyType: "rsa" | "ec" | "ed25519";
  /** As OpenSSL calls it. */
  readonly curve?: string;
  /** The key as a person would ask for it. */
  readonly text: string;
}

const rsa: KeyPairNeeds = { keyType: "rsa", text: "an RSA key of at least 2048 bits" };

const keyPairNeeds: Readonly<Record<KeyPairAlgorithm, KeyPairNeeds>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: { keyType: "ec", curve: "prime256v1", text: "an EC key on the curve P-256" },
  ES384: { keyType: "ec", curve: "secp384r1", text: "an EC key on the curve P-384" },
  ES512: { keyType: "ec", curve: "secp521r1", text: "an EC key on the curve P-521" },
  EdDSA: { keyType: "ed25519", text: "an Ed25519 key" },
};

export const keyPairAlgorithms: readonly KeyPairAlgorithm[] = Object.keys(
  keyPairNeeds,
) as KeyPairAlgorithm[];

/** A secret has at least as many bytes as the hash (RFC 7518, 3.2). */
export const minSecretBytes: Readonly<Record<SecretAlgorithm, number>> = {
  HS256: 32,
  HS384: 48,
  HS512: 64,
};

export const jwtAlgorithms: readonly JwtAlgorithm[] = [
  ...(Object.keys(minSecretBytes) as SecretAlgorithm[]),
  ...keyPairAlgorithms,
];

export function isSecretAlgorithm(algorithm: JwtAlgorithm): algorithm is SecretAlgorithm {
  return Object.hasOwn(minSecretBytes, algorithm);
}

/** What `algorithm` takes, in words, when this key does not suit it (RFC 7518, 3.3 and 3.4). */
export function misfit(key: KeyObject, algorithm: KeyPairAlgorithm): string | undefined {
  const { keyType, curve, text } = keyPairNeeds[algorithm];
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const fits =
    key.asymmetricKeyType === keyType &&
    (keyType !== "rsa" || modulusLength >= 2048) &&
    (keyType !== "ec" || namedCurve === curve);
  return fits ? undefined : text;
}
