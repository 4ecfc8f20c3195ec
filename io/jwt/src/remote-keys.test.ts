import { afterEach, expect, test } from "bun:test";
import { createPublicKey } from "node:crypto";
import { FakeClock } from "@breakwater/clock/testing";
import { createSigner } from "fast-jwt";
import type { JwtError } from "./jwt-error.ts";
import type { JwtKey } from "./jwt-key.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import { type JwkSet, keyRing } from "./key-ring.ts";
import { type RemoteKeysOptions, remoteKeys } from "./remote-keys.ts";
import { pairKey, pairs, secretKey, smallRsa } from "./testing/keys.ts";

/** What the server of keys does; a test changes it. */
interface Server {
  answer: () => Response | Promise<Response>;
  requests: number;
}

const servers: Bun.Server<undefined>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

const second = 1000;

function setUp(jwks: unknown, options: Partial<RemoteKeysOptions> = {}) {
  const server: Server = { answer: () => Response.json(jwks), requests: 0 };
  const listening = Bun.serve({
    port: 0,
    fetch: () => {
      server.requests += 1;
      return server.answer();
    },
  });
  servers.push(listening);
  const clock = new FakeClock();
  const failures: JwtError[] = [];
  const keys = remoteKeys({
    url: listening.url.href,
    clock,
    timeoutMs: 5 * second,
    maxBytes: 10_000,
    maxKeys: 4,
    minAgeMs: 60 * second,
    maxAgeMs: 3600 * second,
    staleMs: 600 * second,
    intervalMs: 30 * second,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  const verifier = jwtVerifier({
    keys,
    algorithms: ["EdDSA", "ES256", "RS256"],
    issuer: undefined,
    audience: undefined,
    leewayMs: 0,
    requireExp: true,
    maxTokenBytes: 4096,
    cache: { maxTokens: 10 },
    wallNowMs: () => 0,
  });
  const verify = async (token: string): Promise<string> => {
    const result = await verifier.verify(token);
    return result.ok ? "ok" : result.reason;
  };
  return { server, clock, failures, verifier, verify, url: listening.url.href };
}

const setOf = (...keys: readonly JwtKey[]): JwkSet => keyRing({ keys, maxKeys: 9 }).jwks();

const [a, b] = [pairKey("a"), pairKey("b", "ES256")];
const tokenOf = (key: JwtKey) => key.sign!({ exp: 60 });
const down = () => new Response("no", { status: 500 });

test("a crowd of tokens at the start costs one fetch, and later ones none", async () => {
  const { server, verify } = setUp(setOf(a, b));
  const all = Array.from({ length: 100 }, (_, index) => verify(tokenOf(index % 2 ? a : b)));
  expect(new Set(await Promise.all(all))).toEqual(new Set(["ok"]));
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(server.requests).toBe(1);
});

test("a key that is new is fetched for, but not more often than the interval", async () => {
  const { server, clock, verify } = setUp(setOf(a));
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(await verify(tokenOf(b))).toBe("unknown_key");
  expect(server.requests).toBe(1);
  server.answer = () => Response.json(setOf(a, b));
  await clock.advanceTo(30 * second);
  const others = Array.from({ length: 50 }, (_, index) => tokenOf(pairKey(`other ${index}`)));
  expect(new Set(await Promise.all(others.map(verify)))).toEqual(new Set(["unknown_key"]));
  expect(await verify(tokenOf(b))).toBe("ok");
  expect(server.requests).toBe(2);
});

test.each([
  ["max-age=600", 600],
  ["public, max-age=600, must-revalidate", 600],
  ["max-age=1", 60],
  ["no-store", 60],
  ["max-age=999999", 3600],
  ["s-maxage=5", 3600],
  ["", 3600],
])("with Cache-Control %j keys are fetched again after %d s", async (cacheControl, seconds) => {
  const { server, clock, verify } = setUp(setOf(a));
  server.answer = () => Response.json(setOf(a), { headers: { "cache-control": cacheControl } });
  expect(await verify(tokenOf(a))).toBe("ok");
  await clock.advanceTo(seconds * second - 1);
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(server.requests).toBe(1);
  await clock.advanceTo(seconds * second);
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(server.requests).toBe(2);
});

test("what a key that was withdrawn had signed is refused from the next fetch, remembered or not", async () => {
  const { server, clock, verify } = setUp(setOf(a, b));
  expect(await verify(tokenOf(a))).toBe("ok");
  server.answer = () => Response.json(setOf(b));
  await clock.advanceTo(3600 * second);
  expect(await verify(tokenOf(a))).toBe("unknown_key");
  expect(await verify(tokenOf(b))).toBe("ok");
});

test("a key that is still there after a fetch leaves what it verified remembered", async () => {
  const { server, clock, verifier } = setUp(setOf(a));
  const token = tokenOf(a);
  const first = await verifier.verify(token);
  server.answer = () => Response.json(setOf(b, a));
  await clock.advanceTo(3600 * second);
  const later = await verifier.verify(token);
  expect(server.requests).toBe(2);
  expect(later.ok && later.claims).toBe(first.ok && first.claims);
});

test("while the server is down old keys serve up to the limit, then none; then it comes back", async () => {
  const { server, clock, failures, verify, url } = setUp(setOf(a));
  expect(await verify(tokenOf(a))).toBe("ok");
  server.answer = down;
  await clock.advanceTo(3600 * second);
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(await verify(tokenOf(a))).toBe("ok");
  expect(server.requests).toBe(2);
  expect(failures.map(({ message }) => message)).toEqual([
    `Cannot fetch keys from ${url}: the answer is 500 rather than 200`,
  ]);
  await clock.advanceTo(4200 * second);
  expect(await verify(tokenOf(a))).toBe("keys_unavailable");
  server.answer = () => Response.json(setOf(a));
  await clock.advanceTo(4230 * second);
  expect(await verify(tokenOf(a))).toBe("ok");
});

test("a server that was never there says nothing about tokens, and is not asked at each of them", async () => {
  const { server, failures, verify } = setUp(setOf(a));
  server.answer = down;
  expect(await verify(tokenOf(a))).toBe("keys_unavailable");
  expect(await verify(tokenOf(a))).toBe("keys_unavailable");
  expect(server.requests).toBe(1);
  expect(failures).toHaveLength(1);
});

test("a server that does not answer is waited for no longer than the limit", async () => {
  const { server, clock, failures, verify } = setUp(setOf(a));
  const asked = Promise.withResolvers<void>();
  server.answer = () => {
    asked.resolve();
    return new Promise<Response>(() => {});
  };
  const verifying = verify(tokenOf(a));
  await asked.promise;
  await clock.advanceTo(5 * second);
  expect(await verifying).toBe("keys_unavailable");
  expect(failures[0]?.message).toContain("no answer within 5000 ms");
});

test.each<[string, () => Response, string]>([
  ["too long", () => new Response("x".repeat(10_001)), "the answer has more than 10000 bytes"],
  ["no JSON", () => new Response("<html>"), 'it is no JSON of the form {"keys": [...]}'],
  ["no set", () => Response.json({ keys: {} }), 'it is no JSON of the form {"keys": [...]}'],
  ["null", () => Response.json(null), 'it is no JSON of the form {"keys": [...]}'],
  [
    "of too many keys",
    () => Response.json({ keys: [1, 2, 3, 4, 5] }),
    "it has 5 keys, and 4 are allowed",
  ],
  ["a redirect", () => Response.redirect("http://127.0.0.1:1/"), "edirect"],
])("an answer that is %s is no key set", async (_, answer, message) => {
  const { server, failures, verify } = setUp(undefined);
  server.answer = answer;
  expect(await verify(tokenOf(a))).toBe("keys_unavailable");
  expect(failures[0]).toMatchObject({ code: "fetch_failed" });
  expect(failures[0]?.message).toContain(message);
});

const jwkOf = (key: JwtKey) => ({ ...key.jwk });

test.each<[string, unknown]>([
  ["a secret", { kty: "oct", kid: "a", k: "AAAA" }],
  ["for encryption", { ...jwkOf(a), use: "enc" }],
  ["for another operation", { ...jwkOf(a), key_ops: ["deriveKey"] }],
  ["for another algorithm", { ...jwkOf(a), alg: "ES256" }],
  ["cut short", { ...jwkOf(a), x: "AAAA" }],
  ["of no kind that we know", { ...jwkOf(a), kty: "new" }],
  ["no object", "a"],
])("a key of a set that is %s is passed over, and the others are used", async (_, strange) => {
  const { verify } = setUp({ keys: [strange, jwkOf(b)] });
  expect(await verify(tokenOf(a))).toBe("unknown_key");
  expect(await verify(tokenOf(b))).toBe("ok");
});

test("a key without alg and kid verifies what it suits", async () => {
  const { kid, alg, use, ...bare } = jwkOf(pairKey("r", "RS256"));
  const { verify } = setUp({ keys: [bare] });
  const named = pairKey("r", "RS256");
  expect(`${kid} ${alg} ${use}`).toBe("r RS256 sig");
  expect(await verify(tokenOf(named))).toBe("unknown_key");
  expect(await verify(withoutKid)).toBe("ok");
});

const withoutKid = createSigner({ key: pairs.RS256.privateKey, algorithm: "RS256" })({ exp: 60 });

test("a small RSA key is passed over", async () => {
  const jwk = createPublicKey(smallRsa.publicKey).export({ format: "jwk" });
  const { verify } = setUp({ keys: [{ ...jwk, kid: "small" }] });
  expect(await verify(withoutKid)).toBe("unknown_key");
});

test("a secret cannot come from a key set, so HMAC has no key there", async () => {
  const { verify } = setUp(setOf(a));
  expect(await verify(secretKey("a").sign!({ exp: 60 }))).toBe("algorithm");
});

test.each<[Partial<RemoteKeysOptions>, string]>([
  [{ url: "file:///etc/passwd" }, "an address with https:// or http://"],
  [{ url: "keys" }, "an address with https:// or http://"],
  [{ maxBytes: 0 }, "Cannot use maxBytes 0"],
  [{ maxAgeMs: 1 }, "Cannot use maxAgeMs 1: it takes a finite number of ms from 60000"],
  [{ intervalMs: 0 }, "Cannot use intervalMs 0"],
])("%j is refused with what would do", (options, message) => {
  expect(() => setUp(setOf(a), options)).toThrow(message);
});
