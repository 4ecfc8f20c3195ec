import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { FakeClock } from "@breakwater/clock/testing";
import { serviceLog } from "@breakwater/service";
import { apiTokens } from "./tokens.ts";

const { logger } = serviceLog({ clock: new FakeClock(), level: "silent", format: "json" });
const jwtLifetime = 60_000;
const [old, young] = ["the old secret, of 32 characters", "the new secret, of 32 characters"];

function tokensBy(jwtSecret?: string, jwtPreviousSecret?: string) {
  const settings = { jwtAlgorithm: "HS256", jwtSecret, jwtPreviousSecret, jwtLifetime } as const;
  return apiTokens(settings, logger);
}

test.each([
  ["another instance of the same secret", tokensBy(old), true],
  ["one that has rotated to a new one", tokensBy(young, old), true],
  ["one that has dropped the old one", tokensBy(young), false],
  ["one whose secret was made up", tokensBy(), false],
])("%s takes a token or does not", async (_name, { verifier }, ok) => {
  const token = tokensBy(old).issuer.issue({ sub: "7" });
  expect((await verifier.verify(token)).ok).toBe(ok);
});

test("a private key signs, and its public part is told", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const jwtSecret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const settings = { jwtAlgorithm: "EdDSA", jwtSecret, jwtPreviousSecret: undefined } as const;
  const { issuer, verifier, keys } = apiTokens({ ...settings, jwtLifetime }, logger);
  expect(await verifier.verify(issuer.issue({ sub: "7" }))).toMatchObject({ ok: true });
  expect(keys.jwks().keys).toMatchObject([{ kty: "OKP", alg: "EdDSA" }]);
  expect(JSON.stringify(keys.jwks())).not.toContain('"d"');
});
