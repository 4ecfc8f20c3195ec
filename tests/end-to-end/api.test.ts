import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { type ApiProcess, failApi, startApi } from "./api-process.ts";

let api: ApiProcess;
let demo: string;
let admin: string;

beforeAll(async () => {
  api = await startApi("--rate-limit", "off", "--login-rate-limit", "off", "--max-body", "10K");
  [demo, admin] = await Promise.all([tokenOf("demo"), tokenOf("admin")]);
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

interface Asked {
  readonly token?: string;
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** In place of the one that all tests share. */
  readonly url?: string;
}

async function ask(path: string, { token, method, body, url = api.url }: Asked = {}) {
  const answer = await fetch(`${url}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
}

function logIn(username: string, password: string, url?: string) {
  return ask("/api/auth/login", { body: { username, password }, ...(url && { url }) });
}

async function tokenOf(username: string, url?: string): Promise<string> {
  return (await logIn(username, username, url)).body.token;
}

test.each([
  ["/", { message: expect.any(String) }],
  ["/live", { status: "up" }],
  ["/health", { status: "healthy", service: "api", timestamp: expect.any(String) }],
  ["/ready", { ready: true, checks: { server: { status: "up" }, database: { status: "up" } } }],
  ["/api/status", { status: "running", service: "api", uptime_seconds: expect.any(Number) }],
  ["/api/metrics", { normal_ccu: 3350, max_ccu: 5000, workers: 335, queue_capacity: 3015 }],
  ["/.well-known/jwks.json", { keys: [] }],
])("anybody may ask for %s", async (path, want) => {
  const { status, body } = await ask(path);
  expect([status, body]).toMatchObject([200, want]);
});

test("a body is echoed", async () => {
  const items = [{ id: 1, name: "é" }];
  const { body, headers } = await ask("/api/echo", { body: { items } });
  expect(body).toEqual({ echo: { items }, request_id: headers.get("x-request-id") });
});

test.each([
  ["an unknown path", "/api/nothing", {}, 404, "not_found"],
  ["another method", "/api/users", { method: "DELETE" }, 405, "method_not_allowed"],
  ["a body that is too long", "/api/echo", { body: "x".repeat(20_000) }, 413, "body_too_large"],
  ["no JSON", "/api/echo", { method: "POST" }, 415, "unsupported_media_type"],
  [
    "a login without a password",
    "/api/auth/login",
    { body: { username: "x" } },
    400,
    "invalid_input",
  ],
])("%s is refused with a problem", async (_name, path, asked, status, code) => {
  const answer = await ask(path, asked);
  expect(answer.body).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
});

describe("who asks", () => {
  const paths = ["/api/users", "/api/users/1", "/api/admin/metrics"];

  test.each(paths)("is told to bring a token for %s", async (path) => {
    const { status, headers } = await ask(path);
    expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  });

  test("cannot make a token", async () => {
    const [, claims, signature] = demo.split(".");
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    const forged = Buffer.from('{"sub":"1","role":"admin"}').toString("base64url");
    const [head] = demo.split(".");
    for (const token of [`${none}.${claims}.`, `${head}.${forged}.${signature}`, "x.y.z"]) {
      expect((await ask("/api/users", { token })).body).toMatchObject({ code: "invalid_token" });
    }
  });

  test("cannot log in with a wrong password or as nobody, and is told the same", async () => {
    const wrong = [await logIn("demo", "guess"), await logIn("nobody", "guess")];
    expect(wrong.map(({ status }) => status)).toEqual([401, 401]);
    expect(wrong[0]?.body.detail).toBe(wrong[1]?.body.detail);
  });

  test("sees the service's figures as an admin only", async () => {
    const refused = await ask("/api/admin/metrics", { token: demo });
    const { body } = await ask("/api/admin/metrics", { token: admin });
    expect(refused.status).toBe(403);
    expect(body).toMatchObject({
      server: { normal_ccu: 3350, queue_utilization: expect.stringMatching(/%$/) },
      database: { kind: "sqlite", maxOpen: 1 },
      cache: { hits: expect.any(Number) },
    });
  });
});

describe("users", () => {
  test("are listed by pages, which are kept until somebody is added", async () => {
    const page = "/api/users?limit=1&offset=0";
    const first = await ask(page, { token: demo });
    const again = await ask(page, { token: admin });
    const added = await ask("/api/users", {
      token: demo,
      body: { username: "ann", name: "Ann", password: "long enough" },
    });
    const after = await ask(page, { token: demo });
    const shown = await ask(added.headers.get("location") ?? "", { token: demo });
    expect(first.body).toMatchObject({ users: [{ username: "demo" }], total: 2, limit: 1 });
    expect(again.body).toEqual(first.body);
    expect([first, again, after].map(({ headers }) => headers.get("x-cache"))).toEqual([
      "MISS",
      "HIT",
      "MISS",
    ]);
    expect([added.status, after.body.total]).toEqual([201, 3]);
    expect(shown.body.user).toEqual(added.body.user);
    expect(JSON.stringify(shown.body)).not.toContain("hash");
  });

  test("who was added can log in, and has no rights of an admin", async () => {
    const body = { username: "bob", name: "Bob", password: "long enough" };
    await ask("/api/users", { token: admin, body });
    const { body: said } = await logIn("bob", "long enough");
    expect((await ask("/api/admin/metrics", { token: said.token })).status).toBe(403);
  });

  test("have each name once", async () => {
    const body = { username: "demo", name: "Another", password: "long enough" };
    expect((await ask("/api/users", { token: demo, body })).body).toMatchObject({
      status: 409,
      code: "username_taken",
    });
  });

  test.each(["limit=0", "limit=101", "limit=-1", "limit=1e3", "offset=9999999", "limit="])(
    "have no page ?%s",
    async (query) => {
      const { body } = await ask(`/api/users?${query}`, { token: demo });
      expect(body).toMatchObject({ status: 400, code: "invalid_input" });
    },
  );

  test.each([
    [{ username: "A b", name: "A", password: "long enough" }, "username"],
    [{ username: "carl", name: "", password: "long enough" }, "name"],
    [{ username: "carl", name: "Carl", password: "short" }, "password"],
    [[], "expected object"],
  ])("cannot be added as %j", async (body, about) => {
    const answer = await ask("/api/users", { token: demo, body });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(about);
  });

  test("that are not there are not found", async () => {
    expect((await ask("/api/users/x", { token: demo })).body.code).toBe("unknown_user");
  });
});

test("metrics of requests, pool, cache and limits are on the side port", async () => {
  const metrics = await (await fetch(`${api.side}/metrics`)).text();
  for (const name of [
    'http_requests_total{method="POST",route="/api/auth/login",status="200"}',
    "database_connections_open 1",
    'cache_requests_total{outcome="hit"}',
    'rate_limited_total{limit="login"} 0',
    "normal_ccu 3350",
  ]) {
    expect(metrics).toContain(name);
  }
});

test.concurrent("a client that asks too often is told 429, and when to come again", async () => {
  await using limited = await startApi("--rate-limit", "1000/min", "--rate-burst", "3");
  const { url } = limited;
  const asked = Array.from({ length: 30 }, () => ask("/", { url }));
  const answers = await Promise.all(asked);
  const refused = answers.find(({ status }) => status === 429);
  expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"anonymous";q=1000;w=60');
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
  expect(refused?.body.code).toBe("rate_limit_exceeded");
  expect(refused?.headers.get("retry-after")).toBe("1");
  expect((await ask("/health", { url })).status).toBe(200);
});

test.concurrent("passwords cannot be tried as often as other things", async () => {
  await using limited = await startApi("--login-rate-limit", "2/min");
  const { url } = limited;
  const tries = [1, 2, 3].map(() => logIn("demo", "guess", url));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.sort()).toEqual([401, 401, 429]);
  expect((await ask("/api/status", { url })).status).toBe(200);
});

test.concurrent("an owner of an API key has the limit of its tier", async () => {
  const keys = JSON.stringify([{ key: "key-of-acme", owner: "acme", tier: "premium" }]);
  await using limited = await startApi("--rate-tiers", "premium=10000/min", "--api-keys", keys);
  const headers = { "x-api-key": "key-of-acme" };
  const answer = await fetch(limited.url, { headers });
  expect(answer.headers.get("ratelimit-policy")).toBe('"premium";q=10000;w=60');
});

test.concurrent("SIGTERM finishes what is under way, and takes nothing new", async () => {
  await using own = await startApi("--login-rate-limit", "off");
  const { hostname, port } = new URL(own.url);
  const body = '{"slow":true}';
  const client = connect(Number(port), hostname);
  const told = Promise.withResolvers<string>();
  let answer = "";
  client.on("data", (bytes) => {
    answer += bytes.toString();
    if (answer.includes("HTTP/1.1 100")) own.kill("SIGTERM");
  });
  client.on("close", () => told.resolve(answer));
  client.write(
    "POST /api/echo HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n" +
      `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const refused = Promise.withResolvers<void>();
  const look = (): void => {
    const next = connect(Number(port), hostname);
    next.on("connect", () => next.destroy());
    next.on("error", () => refused.resolve());
    next.on("close", look);
  };
  look();
  await refused.promise;
  client.write(body);
  expect(await told.promise).toContain('"echo":{"slow":true}');
  expect(await own.ended).toBe(0);
  expect(own.log.at(-1)?.msg).toBe("Stopped");
});

test.concurrent("all mistakes in the settings are told at once, and none of the secrets", async () => {
  const args = ["--port", "99999", "--utilization", "0", "--rate-limit", "fast", "--maxccu", "5"];
  const { exitCode, stderr } = await failApi(args, { JWT_SECRET: "too-short-secret" });
  expect(exitCode).toBe(1);
  expect(stderr.trimEnd().split("\n")).toEqual([
    expect.stringContaining("flag --maxccu: there is no such flag: did you mean --max-ccu?"),
    expect.stringContaining("flag --port"),
    expect.stringContaining("flag --utilization"),
    expect.stringContaining("flag --rate-limit"),
    expect.stringContaining("environment JWT_SECRET"),
  ]);
  expect(stderr).not.toContain("too-short-secret");
});

test.concurrent.each([
  [["--database-url", "mysql://here"], "Cannot use this database URL"],
  [["--workers", "10", "--max-queue", "10", "--max-ccu", "15"], "Cannot use maxCcu 15"],
  [["--trusted-proxies", "everybody"], 'Cannot trust proxies in "everybody"'],
  [["--cors-origins", "nowhere"], 'Cannot allow the origin "nowhere"'],
  [["--redis-url", "here"], "Cannot use that Redis URL"],
  [["--workers", "10"], "workers are set without maxQueue"],
])("%j cannot be, in one sentence", async (args, want) => {
  const { exitCode, stderr } = await failApi(["--port", "0", "--metrics-port", "0", ...args]);
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^error: [^\n]*\n$/)]);
  expect(stderr).toContain(want);
});
