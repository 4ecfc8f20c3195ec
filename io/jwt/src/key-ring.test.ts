import { expect, test } from "bun:test";
import fc from "fast-check";
import { jwtIssuer } from "./jwt-issuer.ts";
import { jwtKey } from "./jwt-key.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import { keyRing } from "./key-ring.ts";
import { pairKey, pairs, secretKey } from "./testing/keys.ts";

const wallNowMs = (): number => 1_700_000_000_500;
const parties = { issuer: "bw", audience: "api" };
const strict = { leewayMs: 0, requireExp: true, maxTokenBytes: 4096, cache: { maxTokens: 100 } };

test("the newest key signs, older ones verify until they are removed", async () => {
  const keys = keyRing({ keys: [secretKey("old")], maxKeys: 2 });
  const issuer = jwtIssuer({ keys, ...parties, lifetimeMs: 60_000, wallNowMs });
  const verifier = jwtVerifier({ keys, algorithms: ["HS256"], ...parties, ...strict, wallNowMs });
  const old = issuer.issue({ sub: "a" });
  keys.rotate(secretKey("new"));
  const young = issuer.issue({ sub: "b" });
  expect(await verifier.verify(old)).toMatchObject({ ok: true, claims: { sub: "a" } });
  expect(await verifier.verify(young)).toMatchObject({ ok: true, claims: { sub: "b" } });
  expect(keys.remove("old")).toBe(true);
  expect(keys.remove("old")).toBe(false);
  expect(await verifier.verify(old)).toEqual({ ok: false, reason: "unknown_key" });
  expect(await verifier.verify(young)).toMatchObject({ ok: true });
});

test("a key that takes the name of one removed does not bring its tokens back", async () => {
  const keys = keyRing({ keys: [secretKey("a"), secretKey("b")], maxKeys: 3 });
  const verifier = jwtVerifier({ keys, algorithms: ["HS256"], ...parties, ...strict, wallNowMs });
  const token = secretKey("a").sign!({ iss: "bw", aud: "api", exp: 2 ** 31 });
  expect(await verifier.verify(token)).toMatchObject({ ok: true });
  keys.remove("a");
  keys.rotate(jwtKey({ kid: "a", algorithm: "HS256", secret: "z".repeat(32) }));
  expect(await verifier.verify(token)).toEqual({ ok: false, reason: "bad_signature" });
});

test("the key set has public keys only, under their names", () => {
  const publicOnly = jwtKey({ kid: "p", algorithm: "ES256", publicKey: pairs.ES256.publicKey });
  const keys = keyRing({ keys: [secretKey("s"), pairKey("r", "RS256"), publicOnly], maxKeys: 9 });
  expect(keys.jwks()).toEqual({
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        x: expect.any(String),
        y: expect.any(String),
        ...named("p", "ES256"),
      },
      { kty: "RSA", n: expect.any(String), e: "AQAB", ...named("r", "RS256") },
    ],
  });
});

const named = (kid: string, alg: string) => ({ kid, alg, use: "sig" });

test("a ring refuses one key too many, a name twice, and to lose the key that signs", () => {
  const keys = keyRing({ keys: [secretKey("a"), secretKey("b")], maxKeys: 2 });
  expect(() => keys.rotate(secretKey("c"))).toThrow(
    'Cannot add key "c": 2 are held already, so remove an old one first',
  );
  expect(() => keys.rotate(secretKey("a"))).toThrow('Cannot add key "a": there is one of that kid');
  expect(() => keys.remove("b")).toThrow(
    'Cannot remove key "b": it signs new tokens, so rotate to another first',
  );
  expect(() => keyRing({ keys: [], maxKeys: 0 })).toThrow(
    "Cannot use maxKeys 0: it takes a whole number above 0",
  );
});

test("in any order of rotations and removals, a token verifies exactly while its key is held", async () => {
  const step = fc.record({ kid: fc.constantFrom("a", "b", "c", "d"), rotates: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const keys = keyRing({ keys: [secretKey("first")], maxKeys: 3 });
      const issuer = jwtIssuer({ keys, ...parties, lifetimeMs: 60_000, wallNowMs });
      const verifier = jwtVerifier({
        keys,
        algorithms: ["HS256"],
        ...parties,
        ...strict,
        wallNowMs,
      });
      const tokens = new Map<string, string>();
      let held = ["first"];
      for (const { kid, rotates } of steps) {
        tokens.set(held[0]!, issuer.issue({ sub: held[0]! }));
        if (rotates && !held.includes(kid) && held.length < 3) {
          keys.rotate(secretKey(kid));
          held = [kid, ...held];
        } else if (!rotates && held[0] !== kid) {
          keys.remove(kid);
          held = held.filter((other) => other !== kid);
        }
        expect(keys.keys.map((key) => key.kid)).toEqual(held);
        for (const [signer, token] of tokens) {
          expect((await verifier.verify(token)).ok).toBe(held.includes(signer));
        }
      }
    }),
  );
});

test("an issuer says what it cannot use", () => {
  const empty = keyRing({ keys: [], maxKeys: 1 });
  const keys = keyRing({ keys: [secretKey("a")], maxKeys: 1 });
  const options = { keys, ...parties, lifetimeMs: 1000, wallNowMs };
  expect(() => jwtIssuer({ ...options, keys: empty })).toThrow("no key of the ring can sign");
  expect(() => jwtIssuer({ ...options, issuer: "" })).toThrow('Cannot use issuer ""');
  expect(() => jwtIssuer({ ...options, lifetimeMs: 999 })).toThrow("Cannot use lifetimeMs 999");
  expect(() => jwtIssuer(options).issue({ n: 1n })).toThrow(
    expect.objectContaining({ code: "bad_claims" }),
  );
});
