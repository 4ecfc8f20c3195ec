import { expect, test } from "bun:test";
import fc from "fast-check";
import { createSigner } from "fast-jwt";
import { jwtAlgorithms, keyPairAlgorithms } from "./jwt-algorithm.ts";
import { type JwtKey, type JwtKeyOptions, jwtKey } from "./jwt-key.ts";
import { pairKey, pairs, smallRsa } from "./testing/keys.ts";

const secret = "0123456789abcdef".repeat(4);

const keyFor = (algorithm: (typeof jwtAlgorithms)[number]): JwtKey =>
  algorithm === "HS256" || algorithm === "HS384" || algorithm === "HS512"
    ? jwtKey({ kid: "a", algorithm, secret })
    : pairKey("a", algorithm);

test.each([...jwtAlgorithms])(
  "%s: what is signed verifies, with any part changed it does not",
  (algorithm) => {
    const key = keyFor(algorithm);
    const token = key.sign!({ sub: "müller", exp: 2 ** 31 });
    expect(key.verify(token)).toEqual({
      ok: true,
      claims: { sub: "müller", exp: 2 ** 31, ...iatOf(token) },
    });
    const parts = token.split(".");
    for (const index of [0, 1, 2]) {
      const changed = parts.with(index, flipped(parts[index]!)).join(".");
      expect(key.verify(changed).ok).toBe(false);
    }
    expect(key.verify(parts.with(2, "").join("."))).toEqual({ ok: false, reason: "bad_signature" });
  },
);

/** fast-jwt writes `iat` by itself when it is not given one. */
function iatOf(token: string): object {
  const { iat } = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
  return iat === undefined ? {} : { iat };
}

/** Another letter in the middle. */
function flipped(part: string): string {
  const middle = part.length >> 1;
  return part.slice(0, middle) + (part[middle] === "A" ? "B" : "A") + part.slice(middle + 1);
}

test("a token signed with a secret is, letter for letter, that of fast-jwt", () => {
  const claims = fc.record({
    iat: fc.nat(),
    sub: fc.string({ unit: "grapheme" }),
    more: fc.jsonValue(),
  });
  const key = jwtKey({ kid: "näme", algorithm: "HS384", secret });
  const sign = createSigner({ key: secret, algorithm: "HS384", kid: "näme" });
  fc.assert(
    fc.property(claims, ({ sub, more, iat }) => {
      const given = { sub, more, iat };
      expect(key.sign!(given)).toBe(sign(given));
    }),
  );
});

test.each([...keyPairAlgorithms])("%s: a public key verifies and cannot sign", (algorithm) => {
  const token = pairKey("a", algorithm).sign!({ iat: 1 });
  const key = jwtKey({ kid: "a", algorithm, publicKey: pairs[algorithm].publicKey });
  expect(key.sign).toBeUndefined();
  expect(key.verify(token)).toEqual({ ok: true, claims: { iat: 1 } });
});

const ec = pairs.ES256;
const kid = "k";

test.each<[string, JwtKeyOptions, string]>([
  [
    "a short secret",
    { kid, algorithm: "HS256", secret: "x".repeat(31) },
    'Cannot use key "k" for HS256 with a secret of 31 bytes: it takes at least 32 random bytes, such as "openssl rand -base64 32"',
  ],
  [
    "a secret short for its hash",
    { kid, algorithm: "HS512", secret: secret.slice(1) },
    "of 63 bytes: it takes at least 64",
  ],
  [
    "no name",
    { kid: "", algorithm: "HS256", secret },
    "Cannot make a key without a name: give it a kid",
  ],
  [
    "a public key as secret",
    { kid, algorithm: "HS256", secret: pairs.RS256.publicKey },
    'Cannot use key "k" for HS256: the secret is a PEM or JWK, which others may know',
  ],
  [
    "a public JWK as secret",
    { kid, algorithm: "HS256", secret: JSON.stringify(pairKey("a", "ES256").jwk) },
    'Cannot use key "k" for HS256: the secret is a PEM or JWK, which others may know',
  ],
  [
    "an RSA key of 1024 bits",
    { kid, algorithm: "RS256", privateKey: smallRsa.privateKey },
    'Cannot use key "k" for RS256: it takes an RSA key of at least 2048 bits',
  ],
  [
    "another curve",
    { kid, algorithm: "ES384", privateKey: ec.privateKey },
    'Cannot use key "k" for ES384: it takes an EC key on the curve P-384',
  ],
  [
    "a key of another kind",
    { kid, algorithm: "EdDSA", publicKey: ec.publicKey },
    'Cannot use key "k" for EdDSA: it takes an Ed25519 key',
  ],
  [
    "a private key as public one",
    { kid, algorithm: "ES256", publicKey: ec.privateKey },
    'Cannot use key "k" for ES256: publicKey takes a public key in PEM',
  ],
  [
    "a public key as private one",
    { kid, algorithm: "ES256", privateKey: ec.publicKey },
    'Cannot use key "k" for ES256: privateKey takes a private key in PEM',
  ],
  [
    "broken PEM",
    { kid, algorithm: "ES256", privateKey: ec.privateKey.replace(/\n.{20}/, "\n") },
    'Cannot use key "k": its private key is not PEM without a passphrase',
  ],
  [
    "a secret for a pair's algorithm",
    { kid, algorithm: "RS256" as "HS256", secret },
    'Cannot use key "k" for RS256: a secret is for HMAC',
  ],
  [
    "a pair for HMAC",
    { kid, algorithm: "HS256" as "RS256", publicKey: ec.publicKey },
    'Cannot use key "k" for HS256: it takes a secret',
  ],
  ["none", { kid, algorithm: "none" as "HS256", secret }, 'Cannot use key "k" with "none"'],
])("%s is refused", (_, options, message) => {
  expect(() => jwtKey(options)).toThrow(
    expect.objectContaining({ code: "bad_key", message: expect.stringContaining(message) }),
  );
});
