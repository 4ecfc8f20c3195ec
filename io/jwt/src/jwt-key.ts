import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
} from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import {
  isSecretAlgorithm,
  type JwtAlgorithm,
  jwtAlgorithms,
  type KeyPairAlgorithm,
  minSecretBytes,
  misfit,
  type SecretAlgorithm,
} from "./jwt-algorithm.ts";
import { JwtError } from "./jwt-error.ts";
import { type JwtClaims, type JwtResult, refused } from "./jwt-result.ts";

/** A key with its name (`kid`) and what it is for. Keys are PEM: PKCS #8, PKCS #1, SEC 1, SPKI. */
export type JwtKeyOptions =
  | {
      readonly kid: string;
      readonly algorithm: SecretAlgorithm;
      /** Text counts as UTF-8. */
      readonly secret: string | Uint8Array;
    }
  | { readonly kid: string; readonly algorithm: KeyPairAlgorithm; readonly privateKey: string }
  | { readonly kid: string; readonly algorithm: KeyPairAlgorithm; readonly publicKey: string };

/** One key; for one algorithm, unless it came from a key set that does not say which. */
export interface JwtKey {
  /** Some key sets name none. */
  readonly kid: string | undefined;
  readonly algorithms: readonly JwtAlgorithm[];
  /** The public part, to be published (RFC 7517); a secret has none. */
  readonly jwk: PublicJwk | undefined;
  /** Absent from a public key. */
  readonly sign: ((claims: JwtClaims) => string) | undefined;
  /** Checks form and signature and nothing that the claims say. */
  readonly verify: (token: string) => JwtResult;
}

/** A public key as JSON (RFC 7517). */
export type PublicJwk = Readonly<Record<string, string>>;

/** Throws a JwtError unless key and algorithm suit each other. */
export function jwtKey(options: JwtKeyOptions): JwtKey {
  const { kid, algorithm } = options;
  if (typeof kid !== "string" || kid === "") {
    throw new JwtError("bad_key", "Cannot make a key without a name: give it a kid");
  }
  if (!jwtAlgorithms.includes(algorithm)) {
    const all = jwtAlgorithms.join(", ");
    throw badKey(kid, `with ${JSON.stringify(algorithm)}: its algorithm is one of ${all}`);
  }
  if ("secret" in options) return secretKey(options);
  if ("privateKey" in options) return privateKey(options);
  return publicKey(kid, [options.algorithm], readPem(options, "publicKey", createPublicKey));
}

/** A key that verifies only. What it suits has been checked. */
export function publicKey(
  kid: string | undefined,
  algorithms: readonly KeyPairAlgorithm[],
  key: KeyObject,
): JwtKey {
  const pem = key.export({ type: "spki", format: "pem" }) as string;
  const jwk = { ...(key.export({ format: "jwk" }) as PublicJwk), use: "sig" };
  const named = { ...jwk, ...(kid !== undefined && { kid }), alg: algorithms[0]! };
  return { kid, algorithms, jwk: named, sign: undefined, verify: verifierOf(pem, algorithms) };
}

/**
 * Signs with HMAC by itself rather than by fast-jwt, which makes the same token (a test compares
 * them) in 2.4 µs rather than 1.0: it writes the same header each time, and its base64url by a
 * regular expression. See jwt.bench.test.ts. Verifying is fast-jwt's throughout.
 */
function secretKey(options: Extract<JwtKeyOptions, { readonly secret: unknown }>): JwtKey {
  const { kid, algorithm, secret } = options;
  if (!isSecretAlgorithm(algorithm)) throw badKey(kid, `for ${algorithm}: a secret is for HMAC`);
  const bytes = Buffer.from(secret);
  const min = minSecretBytes[algorithm];
  if (bytes.length < min) {
    const advice = `it takes at least ${min} random bytes, such as "openssl rand -base64 ${min}"`;
    throw badKey(kid, `for ${algorithm} with a secret of ${bytes.length} bytes: ${advice}`);
  }
  if (isPublicMaterial(bytes)) {
    throw badKey(kid, `for ${algorithm}: the secret is a PEM or JWK, which others may know`);
  }
  const hash = `sha${algorithm.slice(2)}`;
  const key = createSecretKey(bytes);
  const head = `${toBase64url({ alg: algorithm, typ: "JWT", kid })}.`;
  const sign = (claims: JwtClaims): string => {
    const input = head + toBase64url(claims);
    return `${input}.${createHmac(hash, key).update(input).digest("base64url")}`;
  };
  const algorithms = [algorithm];
  return { kid, algorithms, jwk: undefined, sign, verify: verifierOf(bytes, algorithms) };
}

function privateKey(options: Extract<JwtKeyOptions, { readonly privateKey: string }>): JwtKey {
  const { kid, algorithm } = options;
  const key = readPem(options, "privateKey", createPrivateKey);
  const pem = key.export({ type: "pkcs8", format: "pem" }) as string;
  const signer = createSigner({ key: pem, algorithm, kid });
  const sign = (claims: JwtClaims): string => signer({ ...claims });
  return { ...publicKey(kid, [algorithm], createPublicKey(key)), sign };
}

function verifierOf(
  key: string | Buffer,
  algorithms: readonly JwtAlgorithm[],
): (token: string) => JwtResult {
  const verify = createVerifier({
    key,
    algorithms: [...algorithms],
    // By fast-jwt's clock and in its words they would be; jwt-verifier.ts looks at them itself.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
  return (token) => {
    try {
      return { ok: true, claims: verify(token) as JwtClaims };
    } catch (error) {
      return reasons.get((error as { readonly code?: unknown }).code) ?? refused.bad_signature;
    }
  };
}

/** Any other is about the signature: wrong, absent, or of a length that cannot be. */
const reasons: ReadonlyMap<unknown, JwtResult> = new Map([
  ["FAST_JWT_MALFORMED", refused.malformed],
  ["FAST_JWT_INVALID_PAYLOAD", refused.malformed],
  ["FAST_JWT_INVALID_TYPE", refused.malformed],
  ["FAST_JWT_INVALID_CRIT_HEADER", refused.malformed],
  ["FAST_JWT_INVALID_ALGORITHM", refused.algorithm],
]);

function readPem<Name extends "privateKey" | "publicKey">(
  options: { readonly kid: string; readonly algorithm: JwtAlgorithm } & Readonly<
    Record<Name, string>
  >,
  name: Name,
  read: (pem: string) => KeyObject,
): KeyObject {
  const { kid, algorithm } = options;
  if (isSecretAlgorithm(algorithm)) throw badKey(kid, `for ${algorithm}: it takes a secret`);
  const pem: string = options[name];
  // createPublicKey would take a private key, which is not what its owner meant to hand out.
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem);
  const kind = name === "privateKey" ? "private" : "public";
  if (isPrivate !== (kind === "private")) {
    throw badKey(kid, `for ${algorithm}: ${name} takes a ${kind} key in PEM`);
  }
  const key = tryReadPem(kid, pem, { kind, read });
  const wanted = misfit(key, algorithm);
  if (wanted !== undefined) throw badKey(kid, `for ${algorithm}: it takes ${wanted}`);
  return key;
}

function tryReadPem(
  kid: string,
  pem: string,
  { kind, read }: { readonly kind: string; readonly read: (pem: string) => KeyObject },
): KeyObject {
  try {
    return read(pem);
  } catch (cause) {
    const message = `Cannot use key "${kid}": its ${kind} key is not PEM without a passphrase`;
    throw new JwtError("bad_key", message, { cause });
  }
}

/** A public key taken for a secret would let everyone sign. */
function isPublicMaterial(secret: Buffer): boolean {
  const text = secret.toString("latin1");
  return /-----BEGIN [A-Z0-9 ]+-----/.test(text) || /"kty"\s*:\s*"(RSA|EC|OKP)"/.test(text);
}

const toBase64url = (json: object): string =>
  Buffer.from(JSON.stringify(json)).toString("base64url");

function badKey(kid: string, why: string): JwtError {
  return new JwtError("bad_key", `Cannot use key ${JSON.stringify(kid)} ${why}`);
}
