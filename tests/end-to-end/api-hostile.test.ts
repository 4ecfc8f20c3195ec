import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { type ApiProcess, startApi } from "./api-process.ts";
import {
  answersTo,
  http2Field as field,
  http2Frame as frame,
  hostileClient,
  inParallel,
  http2Preface as preface,
  statusesIn,
} from "./hostile-client.ts";

let api: ApiProcess;
let port = 0;
let token = "";
const signing = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = { type: "pkcs8", format: "pem" } as const;

// One service for all attacks: after each of them it has to be as it was.
beforeAll(async () => {
  const rates = ["--rate-limit", "off", "--login-rate-limit", "off"];
  const keys = ["--jwt-algorithm", "RS256", `--jwt-secret=${signing.privateKey.export(pem)}`];
  const origins = ["--cors-origins", "https://app.test"];
  api = await startApi(...rates, ...keys, ...origins);
  port = Number(new URL(api.url).port);
  const { body } = await post("/api/auth/login", '{"username":"demo","password":"demo"}');
  token = JSON.parse(body).token;
});

afterEach(async () => {
  const gauges = [/^admission_in_flight\S* 0$/m, /^queue_size 0$/m, /^http_requests_in_flight 0$/m];
  for (const gauge of gauges) while (!gauge.test(await metrics()));
  expect((await fetch(`${api.url}/health`)).status).toBe(200);
});

afterAll(async () => {
  expect(api.log.filter(({ level }) => level === "error")).toEqual([]);
  await api[Symbol.asyncDispose]();
});

const metrics = async (): Promise<string> => (await fetch(`${api.side}/metrics`)).text();

async function post(path: string, body: string) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(api.url + path, { method: "POST", headers, body });
  return { status: answer.status, body: await answer.text() };
}

describe("JSON", () => {
  const keys = (count: number): string =>
    Array.from({ length: count }, (_, index) => `"${index}":1`).join(",");
  test.each([
    ["arrays within each other", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, 400],
    ["objects within each other", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, 400],
    ["arrays that do not end", "[".repeat(500_000), 400],
    ["a text that does not end", `"${"a".repeat(500_000)}`, 400],
    ["keys of which there are 100,000", `{${keys(100_000)}}`, 200],
    ["a number of 100,000 digits", "9".repeat(100_000), 200],
    ["more than may be", `"${"a".repeat(2_000_000)}"`, 413],
  ])("of %s costs one answer", async (_what, body, wanted) => {
    expect((await post("/api/echo", body)).status).toBe(wanted);
  });

  test("with the keys of objects' ancestors is data like other", async () => {
    const sent = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
    const { body } = await post("/api/echo", sent);
    const again = await post("/api/echo", "{}");
    expect([body, again.body]).toMatchObject([
      expect.stringContaining(`"echo":${sent}`),
      expect.stringContaining('"echo":{}'),
    ]);
  });

  test.each([
    ["a prototype", '{"__proto__":{"username":"admin","password":"admin"}}', 400],
    ["a query", '{"username":["admin"],"password":{"$ne":""}}', 400],
    ["a name said twice", '{"username":"admin","password":"wrong","password":"admin"}', 200],
    ["a comment of SQL", `{"username":"admin' --","password":"x"}`, 401],
    ["a NUL", '{"username":"admin\\u0000","password":"admin"}', 401],
    ["a long password", `{"username":"admin","password":"${"a".repeat(5000)}"}`, 413],
  ])("with %s logs nobody in who may not", async (_what, body, wanted) => {
    expect((await post("/api/auth/login", body)).status).toBe(wanted);
  });
});

describe("a token", () => {
  const claims = (): Record<string, unknown> => JSON.parse(atob(token.split(".")[1] ?? ""));
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const kid = (): unknown => JSON.parse(atob(token.split(".")[0] ?? "")).kid;
  const unsigned = (alg: string): string => `${part({ alg, kid: kid() })}.${part(claims())}.`;
  /** Signed with what everybody knows, as if it were a secret (CVE-2015-9235). */
  const confused = (): string => {
    const text = `${part({ alg: "HS256", kid: kid() })}.${part(claims())}`;
    const open = signing.publicKey.export({ type: "spki", format: "pem" });
    return `${text}.${createHmac("sha256", open).update(text).digest("base64url")}`;
  };
  const signature = (): string => token.split(".")[2] ?? "";
  test.each<[string, () => string]>([
    ["without a signature", () => unsigned("none")],
    ["without a signature, in other letters", () => unsigned("nOnE")],
    ["whose signature was taken off", () => token.replace(/[^.]*$/, "")],
    ["signed with the public key", confused],
    [
      "of another role",
      () => token.replace(/\.[^.]*\./, `.${part({ ...claims(), role: "admin" })}.`),
    ],
    [
      "with another header",
      () => `${part({ alg: "RS256", jku: "http://evil" })}.${part(claims())}.${signature()}`,
    ],
    [
      "with a key of its own",
      () => `${part({ alg: "RS256", kid: "../../dev/null" })}.${part(claims())}.${signature()}`,
    ],
    ["longer than any", () => `${token}${"a".repeat(5000)}`],
    ["twice", () => `${token}, Bearer ${token}`],
    ["with padding", () => `${token}==`],
    ["with a part more", () => `${token}.`],
    ["of dots", () => ".".repeat(4000)],
    ["of no ASCII", () => `${token}\xe9`],
  ])("%s opens nothing", async (_what, forged) => {
    const get = "GET /api/users HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    const text = await answersTo(port, `${get}Authorization: Bearer ${forged()}\r\n\r\n`);
    expect(statusesIn(text)).toEqual([401]);
    expect(text).toContain('"code":"invalid_token"');
  });

  test("in two fields opens nothing", async () => {
    const fields = `Authorization: Bearer ${token}\r\nAuthorization: Bearer x\r\n`;
    const get = "GET /api/users HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    expect(statusesIn(await answersTo(port, `${get}${fields}\r\n`))).toEqual([401]);
  });

  test("is asked for also where the answer is in the cache", async () => {
    const known = { authorization: `Bearer ${token}` };
    await fetch(`${api.url}/api/users`, { headers: known });
    const hit = await fetch(`${api.url}/api/users`, { headers: known });
    const unknown = await fetch(`${api.url}/api/users`);
    expect([hit.headers.get("x-cache"), hit.status, unknown.status]).toEqual(["HIT", 200, 401]);
    expect(unknown.headers.get("x-cache")).toBe(null);
  });
});

test.each([
  ["X-Forwarded-Host", "evil.test"],
  ["X-Forwarded-For", "6.6.6.6"],
  ["X-Request-Id", "evil-test"],
  ["X-Original-URL", "/evil-test"],
  ["Origin", "https://evil.test"],
  ["Accept", "evil/test"],
  ["If-None-Match", "*"],
  ["Range", "bytes=0-1"],
])("what one client says in %s is in nobody else's answer", async (name, value) => {
  const path = `/api/users?offset=${name.length}`;
  const known = { authorization: `Bearer ${token}` };
  await (await fetch(api.url + path, { headers: { ...known, [name]: value } })).text();
  const next = await fetch(api.url + path, { headers: known });
  const all = [await next.text(), ...[...next.headers].flat()].join("\n");
  expect([next.status, all.includes("evil")]).toEqual([200, false]);
  expect(JSON.parse(all.split("\n")[0] ?? "")).toHaveProperty("total");
});

test.each([
  ["null", null],
  ["https://evil.test", null],
  ["https://app.test.evil.test", null],
  ["https://evil.test/https://app.test", null],
  ["http://app.test", null],
  ["https://app.test:8443", null],
  ["https://app.test, https://evil.test", null],
  ["https://app.test", "https://app.test"],
])("a page of %s may read: %p", async (origin, allowed) => {
  const { headers } = await fetch(`${api.url}/api/status`, { headers: { origin } });
  expect([headers.get("access-control-allow-origin"), headers.get("vary")]).toEqual([
    allowed,
    "origin",
  ]);
  expect(headers.get("access-control-allow-credentials")).toBe(null);
});

test.each([
  ["gzip;q=0", null],
  ["*;q=0", null],
  ["gzip;q=0, deflate;q=0, br;q=0, zstd;q=0", null],
  ["gzip;q=2, ;;;q=,", null],
  ["gzip;q=", null],
  ["identity", null],
  ["x".repeat(1000), null],
  ["gzip", "gzip"],
  ["GZIP;Q=0.001", "gzip"],
])("what is accepted as %p is answered in %p", async (accepted, coding) => {
  const body = JSON.stringify("a".repeat(5000));
  const fields = `Accept-Encoding: ${accepted}\r\nContent-Type: application/json`;
  const sent = `POST /api/echo HTTP/1.1\r\nHost: a\r\n${fields}\r\nConnection: close\r\n`;
  const text = await answersTo(port, `${sent}Content-Length: ${body.length}\r\n\r\n${body}`);
  expect(statusesIn(text)).toEqual([200]);
  expect(/^content-encoding: (.*)\r$/im.exec(text)?.[1] ?? null).toBe(coding);
  expect(text).toMatch(/^vary: .*accept-encoding/im);
});

test.each([
  "/api/admin/metrics/",
  "/api//admin/metrics",
  "/api/./admin/metrics",
  "/api/x/../admin/metrics",
  "/api/%61dmin/metrics",
  "/api/admin%2fmetrics",
  "/api/admin/metrics;x",
  "/API/ADMIN/METRICS",
  "/api/admin/metrics%00",
  "/api/admin/metrics#",
  "http://a/api/admin/metrics",
  "//api/admin/metrics",
])("%s is not for everybody", async (target) => {
  const known = `Authorization: Bearer ${token}\r\nX-Original-URL: /api/admin/metrics`;
  const sent = `GET ${target} HTTP/1.1\r\nHost: a\r\n${known}\r\nConnection: close\r\n\r\n`;
  expect([403, 404]).toContain(statusesIn(await answersTo(port, sent))[0] ?? 0);
});

test("clients that break off have left nothing behind", async () => {
  const heads = [
    `GET /api/users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n",
  ];
  heads.push(`${heads[1]}Content-Length: 1000\r\n\r\n[1,2`);
  heads.push(`${heads[1]}Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2`);
  heads.push(`${preface}${frame(1, 4, 1, field(":method", "POST"))}`);
  await inParallel(500, async (index) => {
    const client = await hostileClient(port);
    client.send(heads[index % heads.length] ?? "");
    if (index % 2) client.reset();
    else client[Symbol.dispose]();
  });
});

test("streams that are reset one after the other end their connection", async () => {
  using client = await hostileClient(port);
  const names = [":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/api/status"];
  const block = [0, 2, 4, 6].map((at) => field(names[at] ?? "", names[at + 1] ?? "")).join("");
  const one = (id: number): string => frame(1, 5, id, block) + frame(3, 0, id, "\0\0\0\x08");
  client.send(preface + Array.from({ length: 5000 }, (_, index) => one(2 * index + 1)).join(""));
  await client.closed;
});
