import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { type JwtClaims, jwtKey } from "@breakwater/jwt";
import { filesService, type TestFiles } from "../testing/files-service.ts";

const secret = "a secret of more than 32 characters";
const keys = [
  { key: "reader-1", owner: "web", scopes: ["read"], tenant: "acme" },
  { key: "writer-1", owner: "web", scopes: ["read", "write"], tenant: "acme" },
  {
    sha256: new Bun.CryptoHasher("sha256").update("delete-1").digest("hex"),
    owner: "cron",
    scopes: ["delete"],
    tenant: "acme",
  },
  { key: "operator", owner: "ops", scopes: ["admin"] },
  { key: "other-11", owner: "other", scopes: ["admin"], tenant: "other" },
];
const base = ["--disable-rate-limiter", "--host", "127.0.0.1"];

const withKeys = (): Promise<TestFiles> =>
  filesService({ flags: [...base, "--api-keys", JSON.stringify(keys)] });
const withTokens = (...more: readonly string[]): Promise<TestFiles> =>
  filesService({ flags: [...base, "--jwt-secret", secret, ...more] });
const by = (key: string) => ({ headers: { "x-api-key": key } });

function token(claims: JwtClaims, by_ = secret): { readonly headers: Record<string, string> } {
  const key = jwtKey({ kid: "secret", algorithm: "HS256", secret: by_ });
  const exp = Math.floor(Date.now() / 1000) + 60;
  return { headers: { authorization: `Bearer ${key.sign!({ exp, sub: "u", ...claims })}` } };
}

describe("API keys", () => {
  test.each([
    ["none", "", 401],
    ["an unknown one", "unknown-key", 401],
    ["one that may read", "reader-1", 403],
    ["one that may delete", "delete-1", 200],
    ["one that may all", "operator", 200],
  ])("with %s, deleting is told %d", async (_what, key, status) => {
    await using files = await withKeys();
    const init = key === "" ? {} : by(key);
    const told = await files.ask("/delete?path=a", { method: "DELETE", ...init });
    expect([told.status, told.json?.response_code ?? 200]).toEqual([status, status]);
    expect(told.headers.has("www-authenticate")).toBe(status === 401);
  });

  test("nobody without a key gets anywhere but to what is for all", async () => {
    await using files = await withKeys();
    await files.fill("a");
    const closed = ["/list", "/list-folders", "/download?path=a", "/files/a"];
    for (const path of closed) expect((await files.ask(path)).status).toBe(401);
    expect((await files.post("/batch-download", { paths: ["a"] })).status).toBe(401);
    for (const path of ["/ping", "/health"]) expect((await files.ask(path)).status).toBe(200);
  });

  test("a tenant sees what is its own, by paths of its own", async () => {
    await using files = await withKeys();
    await files.fill("acme/a", "acme/f/b", "other/a", "a");
    const listed = await files.ask("/list", by("reader-1"));
    expect(listed.json?.data).toMatchObject({ data: [{ name: "f/" }, { name: "a" }] });
    expect((await files.ask("/files/a", by("reader-1"))).text).toBe("content of acme/a");
    expect((await files.ask("/download?path=a", by("reader-1"))).text).toContain("/acme/a");
    for (const path of ["other/a", "acme/a", "../other/a", "%2e%2e/other/a", "/../other/a"]) {
      const { status } = await files.ask(`/download?path=${path}`, by("reader-1"));
      expect(status).toBeOneOf([400, 404]);
    }
    const whole = await files.ask("/list", by("operator"));
    expect(whole.json?.data).toMatchObject({ data: [{ name: "acme/" }, { name: "other/" }, {}] });
  });

  test("what one tenant deletes, changes nothing of another's, and is seen by who sees all", async () => {
    await using files = await withKeys();
    await files.fill("acme/f/a", "other/f/a");
    const paths = ["acme/f/a", "other/f/a"];
    const batch = () => files.post("/batch-download", { paths }, by("operator"));
    expect((await batch()).json?.data).toMatchObject({ totalSuccess: 2 });
    const init = { method: "DELETE", ...by("other-11") };
    expect((await files.ask("/delete-folder?path=f", init)).status).toBe(200);
    expect([...files.store.contents.keys()]).toEqual(["acme/f/a"]);
    expect((await batch()).json?.data).toMatchObject({ totalSuccess: 1, totalFailed: 1 });
  });
});

describe("tokens", () => {
  test.each([
    ["a tenant's", { scope: "read write", tenant: "acme" }, 200],
    ["scopes in a list", { scopes: ["read"], tenant: "acme" }, 200],
    ["no scope", { tenant: "acme" }, 403],
    ["another scope", { scope: "write", tenant: "acme" }, 403],
    ["no tenant", { scope: "read" }, 403],
    ["a tenant that is no folder", { scope: "read", tenant: "../x" }, 403],
    ["a hidden tenant", { scope: "read", tenant: ".breakwater" }, 403],
    ["no tenant, for who administrates", { scope: "admin" }, 200],
    ["expired", { scope: "read", tenant: "acme", exp: 1000 }, 401],
  ])("%s: %p is told %d", async (_what, claims, status) => {
    await using files = await withTokens();
    await files.fill("acme/a");
    for (const _turn of ["verified", "remembered"]) {
      expect((await files.ask("/list", token(claims))).status).toBe(status);
    }
  });

  test("of another issuer, or of another scheme, are refused", async () => {
    await using files = await withTokens();
    const forged = token({ scope: "admin" }, "another secret of more than 32 characters");
    expect((await files.ask("/list", forged)).json?.code).toBe("unauthorized");
    const basic = { headers: { authorization: "Basic dTpw" } };
    expect((await files.ask("/list", basic)).status).toBe(401);
  });

  test("need no tenant where there are none", async () => {
    await using files = await withTokens("--jwt-tenant-claim", "");
    await files.fill("a");
    const { json } = await files.ask("/list", token({ scope: "read", tenant: "x" }));
    expect(json?.data).toMatchObject({ data: [{ name: "a" }] });
  });

  test("are checked by a published key set, and 503 says that it is out of reach", async () => {
    const flags = [...base, "--jwt-keys-url", "http://127.0.0.1:1/jwks.json"];
    await using files = await filesService({ flags });
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const key = jwtKey({ kid: "k", algorithm: "ES256", privateKey });
    const exp = Math.floor(Date.now() / 1000) + 60;
    const authorization = `Bearer ${key.sign!({ exp, sub: "u", scope: "admin" })}`;
    const { status, json } = await files.ask("/list", { headers: { authorization } });
    expect([status, json?.code]).toEqual([503, "keys_unavailable"]);
  });
});

test("without any key it is open to this machine, and refuses to be reached from others", async () => {
  await using files = await filesService();
  expect(files.url.hostname).toBe("127.0.0.1");
  await expect(filesService({ flags: ["--host", "0.0.0.0"] })).rejects.toThrow(
    "Cannot listen on 0.0.0.0 without any keys: set API_KEYS or JWT_SECRET first",
  );
});
