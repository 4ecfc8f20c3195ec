import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { jwtIssuer } from "./jwt-issuer.ts";
import { type JwtKey, jwtKey } from "./jwt-key.ts";
import type { JwtResult } from "./jwt-result.ts";
import { type JwtVerifierOptions, jwtVerifier } from "./jwt-verifier.ts";
import { keyRing } from "./key-ring.ts";
import { pairKey, pairs, secretKey } from "./testing/keys.ts";

const nowS = 1_700_000_000;

function verifierWith(options: Partial<JwtVerifierOptions> = {}) {
  return jwtVerifier({
    keys: ringOf(secretKey("k")),
    algorithms: ["HS256"],
    issuer: "bw",
    audience: "api",
    leewayMs: 0,
    requireExp: true,
    maxTokenBytes: 2000,
    cache: { maxTokens: 10 },
    wallNowMs: () => nowS * 1000,
    ...options,
  });
}

const ringOf = (...keys: readonly JwtKey[]) => keyRing({ keys, maxKeys: 9 });

const good = { iss: "bw", aud: "api", exp: nowS + 60, sub: "u" };

const base64url = (text: string) => Buffer.from(text).toString("base64url");

/** A token whose signature is right, whatever else is not. */
function tokenOf(header: unknown, claims: unknown = good): string {
  const text = (part: unknown) => (typeof part === "string" ? part : JSON.stringify(part));
  const input = `${base64url(text(header))}.${base64url(text(claims))}`;
  const secret = "k ".repeat(32).slice(0, 32);
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

const plain = { alg: "HS256", kid: "k" };

const reasonOf = (result: JwtResult) => (result.ok ? "ok" : result.reason);

test.each<[string, string | undefined, string]>([
  ["no token", undefined, "missing"],
  ["an empty one", "", "missing"],
  ["one that is right", tokenOf(plain), "ok"],
  ["one that names no key", tokenOf({ alg: "HS256" }), "ok"],
  ["one that names another key", tokenOf({ ...plain, kid: "other" }), "unknown_key"],
  ["one whose kid is no text", tokenOf({ ...plain, kid: 1 }), "malformed"],
  ["a header that is no JSON", tokenOf("{"), "malformed"],
  ["a header that is no object", tokenOf([plain]), "malformed"],
  ["a header without alg", tokenOf({ kid: "k" }), "malformed"],
  ["alg none with a signature", tokenOf({ ...plain, alg: "none" }), "algorithm"],
  [
    "alg none without",
    `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(good))}.`,
    "algorithm",
  ],
  ["alg nOnE", tokenOf({ ...plain, alg: "nOnE" }), "algorithm"],
  ["alg __proto__", tokenOf({ ...plain, alg: "__proto__" }), "algorithm"],
  ["an algorithm that is not allowed", tokenOf({ ...plain, alg: "HS512" }), "algorithm"],
  ["crit that nobody knows", tokenOf({ ...plain, crit: ["x"], x: 1 }), "malformed"],
  ["crit twice the same", tokenOf({ ...plain, crit: ["b64", "b64"], b64: true }), "malformed"],
  ["crit that is empty", tokenOf({ ...plain, crit: [] }), "malformed"],
  ["crit that is null", tokenOf({ ...plain, crit: null }), "malformed"],
  ["claims that are no JSON", tokenOf(plain, "{"), "malformed"],
  ["claims that are no object", tokenOf(plain, [1]), "malformed"],
  ["no exp", tokenOf(plain, { ...good, exp: undefined }), "malformed"],
  ["exp that is null", tokenOf(plain, { ...good, exp: null }), "malformed"],
  ["exp that is text", tokenOf(plain, { ...good, exp: `${nowS + 60}` }), "malformed"],
  ["exp that is infinite", tokenOf(plain, `{"iss":"bw","aud":"api","exp":1e999}`), "malformed"],
  ["nbf that is a list", tokenOf(plain, { ...good, nbf: [nowS] }), "malformed"],
  ["iat that is text", tokenOf(plain, { ...good, iat: "now" }), "malformed"],
  ["exp now", tokenOf(plain, { ...good, exp: nowS }), "expired"],
  ["nbf now", tokenOf(plain, { ...good, nbf: nowS }), "ok"],
  ["nbf to come", tokenOf(plain, { ...good, nbf: nowS + 1 }), "not_yet"],
  ["another issuer", tokenOf(plain, { ...good, iss: "bw2" }), "wrong_issuer"],
  ["a list of issuers", tokenOf(plain, { ...good, iss: ["bw"] }), "wrong_issuer"],
  ["no issuer", tokenOf(plain, { ...good, iss: undefined }), "wrong_issuer"],
  ["another audience", tokenOf(plain, { ...good, aud: "apis" }), "wrong_audience"],
  ["several audiences", tokenOf(plain, { ...good, aud: ["x", "api"] }), "ok"],
  ["several others", tokenOf(plain, { ...good, aud: ["x", ["api"]] }), "wrong_audience"],
  ["two parts", tokenOf(plain).split(".").slice(0, 2).join("."), "malformed"],
  ["four parts", `${tokenOf(plain)}.x`, "malformed"],
  ["five parts", `${base64url('{"alg":"HS256"}')}.a.b.c.d`, "malformed"],
  ["dots only", "..", "malformed"],
  ["a blank within", tokenOf(plain).replace(".", ". "), "malformed"],
  ["padding", `${tokenOf(plain)}=`, "bad_signature"],
  ["base64 rather than base64url", tokenOf(plain).replace(/.$/, "+"), "malformed"],
  ["no signature", tokenOf(plain).replace(/[^.]*$/, ""), "bad_signature"],
  ["one that is too long", tokenOf(plain, { ...good, sub: "x".repeat(2000) }), "too_long"],
  ["a header nested deeply", `${base64url("[".repeat(1000))}.e30.`, "malformed"],
])("%s: %p", async (_, token, want) => {
  const verifier = verifierWith();
  expect(reasonOf(await verifier.verify(token))).toBe(want);
  // Nor does it fare better when it comes again.
  expect(reasonOf(await verifier.verify(token))).toBe(want);
});

test("a token has one spelling: any letter changed, added or left out, and it is refused", async () => {
  const verifier = verifierWith();
  const token = tokenOf(plain);
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= "];
  for (let place = 0; place < token.length; place += 1) {
    for (const letter of place > token.length - 4 ? letters : ["A", "z", "."]) {
      const changed = token.slice(0, place) + letter + token.slice(place + 1);
      const result = await verifier.verify(changed);
      expect(`${changed} ${result.ok}`).toBe(`${changed} ${changed === token}`);
    }
    expect((await verifier.verify(token.slice(0, place) + token.slice(place + 1))).ok).toBe(false);
  }
  expect((await verifier.verify(token)).ok).toBe(true);
});

test("whatever is sent is answered and never thrown", async () => {
  const verifier = verifierWith();
  const part = fc.oneof(fc.base64String(), fc.string(), fc.json().map(base64url));
  const token = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 5 }).map((all) => all.join(".")),
  );
  await fc.assert(
    fc.asyncProperty(token, async (given) => {
      expect((await verifier.verify(given)).ok).toBe(false);
    }),
  );
});

test("a public key does not serve as a secret: the key's algorithm counts, not the token's", async () => {
  const keys = ringOf(pairKey("k", "RS256"), secretKey("s"));
  const verifier = verifierWith({ keys, algorithms: ["RS256", "HS256"] });
  const input = `${base64url(JSON.stringify(plain))}.${base64url(JSON.stringify(good))}`;
  const forged = createHmac("sha256", pairs.RS256.publicKey).update(input).digest("base64url");
  expect(reasonOf(await verifier.verify(`${input}.${forged}`))).toBe("algorithm");
  const unnamed = `${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify(good))}`;
  const second = createHmac("sha256", pairs.RS256.publicKey).update(unnamed).digest("base64url");
  expect(reasonOf(await verifier.verify(`${unnamed}.${second}`))).toBe("bad_signature");
});

test("a key for RS256 does not verify PS256, though its numbers would", async () => {
  const token = jwtKey({ kid: "k", algorithm: "PS256", privateKey: pairs.PS256.privateKey }).sign!(
    good,
  );
  const keys = ringOf(pairKey("k", "RS256"));
  const verifier = verifierWith({ keys, algorithms: ["RS256", "PS256"] });
  expect(reasonOf(await verifier.verify(token))).toBe("algorithm");
});

test("what is left open is not checked", async () => {
  const verifier = verifierWith({ issuer: undefined, audience: undefined, requireExp: false });
  expect(await verifier.verify(tokenOf(plain, { sub: "u" }))).toEqual({
    ok: true,
    claims: { sub: "u" },
  });
});

test.each([
  [0, -1, "not_yet"],
  [0, 0, "ok"],
  [0, 9999, "ok"],
  [0, 10_000, "expired"],
  [500, -501, "not_yet"],
  [500, -500, "ok"],
  [500, 10_499, "ok"],
  [500, 10_500, "expired"],
])("with a leeway of %d ms, %d ms after nbf it is %s", async (leewayMs, afterMs, want) => {
  const verifier = verifierWith({ leewayMs, wallNowMs: () => nowS * 1000 + afterMs });
  const token = tokenOf(plain, { ...good, nbf: nowS, exp: nowS + 10 });
  expect(reasonOf(await verifier.verify(token))).toBe(want);
});

test("a remembered token expires, and starts again when the clock jumps back", async () => {
  let nowMs = nowS * 1000;
  const verifier = verifierWith({ wallNowMs: () => nowMs });
  const token = tokenOf(plain, { ...good, nbf: nowS });
  const at = async (aheadMs: number) => {
    nowMs = nowS * 1000 + aheadMs;
    return reasonOf(await verifier.verify(token));
  };
  expect(await at(0)).toBe("ok");
  expect(await at(60_000)).toBe("expired");
  expect(await at(-3_600_000)).toBe("not_yet");
  expect(await at(59_999)).toBe("ok");
});

test("an issuer whose clock jumps back issues tokens that are good by that clock", async () => {
  let nowMs = nowS * 1000;
  const wallNowMs = () => nowMs;
  const keys = ringOf(secretKey("k"));
  const issuer = jwtIssuer({ keys, issuer: "bw", audience: "api", lifetimeMs: 60_000, wallNowMs });
  const verifier = verifierWith({ keys, wallNowMs });
  nowMs -= 86_400_000;
  const token = issuer.issue({ iss: "not this one", sub: "u", exp: 1 });
  expect(await verifier.verify(token)).toEqual({
    ok: true,
    claims: { iss: "bw", aud: "api", sub: "u", iat: nowS - 86_400, exp: nowS - 86_340 },
  });
});

test("one verification is shared by who comes later, and none of them can change it", async () => {
  const verifier = verifierWith();
  const token = tokenOf(plain, { ...good, roles: ["user"] });
  const first = await verifier.verify(token);
  const second = await verifier.verify(token);
  const claims = first.ok ? first.claims : {};
  expect(second.ok && second.claims).toBe(claims);
  expect(() => (claims.roles as string[]).push("admin")).toThrow(TypeError);
});

test("no more tokens are remembered than asked for: the oldest is verified anew", async () => {
  const verifier = verifierWith({ cache: { maxTokens: 2 } });
  const [a, b, c] = ["a", "b", "c"].map((sub) => tokenOf(plain, { ...good, sub }));
  const claimsOf = async (token: string) => {
    const result = await verifier.verify(token);
    return result.ok ? result.claims : undefined;
  };
  const [first, second] = [await claimsOf(a!), await claimsOf(b!)];
  await claimsOf(c!);
  expect(await claimsOf(b!)).toBe(second!);
  const again = await claimsOf(a!);
  expect(again).toEqual(first!);
  expect(again).not.toBe(first!);
});

test.each<[Partial<JwtVerifierOptions>, string]>([
  [{ algorithms: [] }, "Cannot use algorithms []: it takes any of HS256, HS384"],
  [{ algorithms: ["none" as "HS256"] }, 'Cannot use algorithms ["none"]: it takes any of HS256'],
  [{ leewayMs: -1 }, "Cannot use leewayMs -1: it takes a finite number of ms from 0"],
  [{ leewayMs: Number.NaN }, "Cannot use leewayMs NaN"],
  [{ maxTokenBytes: 0 }, "Cannot use maxTokenBytes 0: it takes a whole number above 0"],
  [{ cache: { maxTokens: 0.5 } }, "Cannot use cache.maxTokens 0.5"],
])("%j is refused with what would do", (options, message) => {
  expect(() => verifierWith(options)).toThrow(
    expect.objectContaining({ code: "bad_option", message: expect.stringContaining(message) }),
  );
});
