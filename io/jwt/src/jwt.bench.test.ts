import { expect, test } from "bun:test";
import { createSigner } from "fast-jwt";
import { compare } from "../../../tools/compare.ts";
import { jwtIssuer } from "./jwt-issuer.ts";
import { jwtKey } from "./jwt-key.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import { keyRing } from "./key-ring.ts";

const secret = Buffer.alloc(32, 7);
const keys = keyRing({ keys: [jwtKey({ kid: "k", algorithm: "HS256", secret })], maxKeys: 1 });
const wallNowMs = (): number => 1_700_000_000_000;
const parties = { issuer: "bw", audience: "api" };
const issuer = jwtIssuer({ keys, ...parties, lifetimeMs: 3_600_000, wallNowMs });
const claims = { sub: "user-1", role: "admin" };

const fastJwt = createSigner({ key: secret, algorithm: "HS256", kid: "k" });
const issueByFastJwt = (): string => {
  const iat = Math.floor(wallNowMs() / 1000);
  return fastJwt({ ...claims, iss: "bw", aud: "api", iat, exp: iat + 3600 });
};

const verifierWith = (maxTokens?: number) =>
  jwtVerifier({
    keys,
    algorithms: ["HS256"],
    ...parties,
    leewayMs: 0,
    requireExp: true,
    maxTokenBytes: 4096,
    cache: maxTokens === undefined ? undefined : { maxTokens },
    wallNowMs,
  });

test("bench: issuing HS256, beside fast-jwt's own", () => {
  expect(issuer.issue(claims)).toBe(issueByFastJwt());
  const issuing = (issue: () => string) => (times: number) => {
    let letters = 0;
    for (let turn = 0; turn < times; turn += 1) letters += issue().length;
    return letters;
  };
  compare("jwt issue", [
    { name: "fast-jwt", run: issuing(issueByFastJwt) },
    { name: "issuer", run: issuing(() => issuer.issue(claims)) },
  ]);
  rate("issued with fast-jwt", issuing(issueByFastJwt));
  rate(
    "issued",
    issuing(() => issuer.issue(claims)),
  );
});

test("bench: verifying HS256, remembered and not, beside fast-jwt's own", () => {
  // Each request brings a text of its own.
  const bytes = Buffer.from(issuer.issue(claims));
  const token = () => bytes.toString("latin1");
  const { verify } = keys.keys[0]!;
  const [anew, remembering] = [verifierWith(), verifierWith(100)];
  const verifying = (check: () => unknown) => (times: number) => {
    let good = 0;
    for (let turn = 0; turn < times; turn += 1) {
      if ((check() as { readonly ok: boolean }).ok) good += 1;
    }
    return good;
  };
  compare("jwt verify", [
    { name: "fast-jwt", run: verifying(() => verify(token())) },
    { name: "verifier", run: verifying(() => anew.verify(token())) },
    { name: "verifier, remembered", run: verifying(() => remembering.verify(token())) },
  ]);
  rate(
    "verified",
    verifying(() => anew.verify(token())),
  );
  rate(
    "verified, remembered",
    verifying(() => remembering.verify(token())),
  );
});

/** Prints how many a second, the best of five: others use this machine, too. */
function rate(name: string, run: (times: number) => number): void {
  if (Bun.env.BENCH !== "1") return;
  const times = 100_000;
  let bestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const startMs = performance.now();
    run(times);
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  console.log(`jwt | ${name} | ${Math.round((times / bestMs) * 1000)}/s`);
}
