import { describe, expect, test } from "bun:test";
import packageJson from "../package.json" with { type: "json" };
import { bridgeService, type TestBridge, type Told } from "./testing/bridge-service.ts";

test("/health and /api/status have the fields that the original's have", async () => {
  await using bridge = await bridgeService({ flags: ["--environment", "production"] });
  using ada = await bridge.join("ada");
  ada.send({ type: "envelope", envelope: { to: "bob" } });
  ada.send("null");
  await ada.rest();
  const port = Number(bridge.url.port);
  const { version } = packageJson;
  const about = { version, environment: "production", uptime: expect.any(Number) };
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect((await bridge.ask("/health")).json).toEqual({
    ...{ status: "ok", timestamp, wsPort: port, httpPort: port },
    ...{ connectedClients: 1, historySize: 1, ...about },
  });
  expect((await bridge.ask("/api/status")).json).toEqual({
    ...{ service: "AI Bridge Server", status: "healthy", timestamp, ...about },
    performance: {
      ...{ connectedClients: 1, messagesProcessed: 1, messagesPerSecond: expect.any(Number) },
      ...{ queuedMessages: 1, errors: 1, lastError: "bad_frame" },
    },
    websocket: { port, enabled: true, connections: 1 },
    http: { port, enabled: true },
    storage: { historySize: 1, historyLimit: 1000 },
  });
});

test("/agents tells what they said of themselves, /clients their ids", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada", { role: "coder" });
  expect((await bridge.ask("/agents")).json).toEqual({ agents: [ada.welcome.client] });
  expect((await bridge.ask("/clients")).json).toEqual({ clients: ["ada"] });
});

describe("POST /send", () => {
  test.each([
    ["one who is there", "bob", "delivered"],
    ["one who is away", "eve", "queued"],
  ])("to %s tells what became of it", async (_who, to, status) => {
    await using bridge = await bridgeService();
    using bob = await bridge.join("bob");
    const told = await bridge.post("/send", { to, payload: { a: 1 }, from: "api" });
    expect(told.status).toBe(202);
    const envelope = { from: "api", role: "agent", to, payload: { a: 1 } };
    expect(told.json).toMatchObject({ status, envelope });
    expect(await bob.rest()).toHaveLength(status === "delivered" ? 1 : 0);
  });

  test.each([
    [{ payload: 1 }, 400, { error: "Recipient `to` is required" }],
    [{ message: "hi" }, 400, { error: "Recipient and message required" }],
    [{ to: "bob", message: "" }, 400, { error: "Recipient and message required" }],
    [{ to: "bob", message: "hi" }, 200, { status: "sent" }],
  ])("of %j is %i, as in the claude-bridge", async (body, status, json) => {
    await using bridge = await bridgeService();
    using bob = await bridge.join("bob", { delivery: "message" });
    const told = await bridge.post("/send", body);
    expect(told.status).toBe(status);
    expect(told.json).toMatchObject(json);
    const came = await bob.rest();
    expect(came).toMatchObject(status === 200 ? [{ from: "api", message: "hi" }] : []);
  });

  test("takes JSON of any type, as curl -d sends it", async () => {
    await using bridge = await bridgeService();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await bridge.post("/send", { to: "bob" }, { headers })).status).toBe(202);
  });

  test("says that a message sent again is a duplicate", async () => {
    await using bridge = await bridgeService();
    await bridge.post("/send", { id: "1", to: "bob" });
    const again = await bridge.post("/send", { id: "1", to: "bob" });
    expect(again.json).toMatchObject({ status: "queued", duplicate: true });
  });
});

test.each([
  [{ payload: { a: 1 } }, 202, { status: "delivered", recipients: 1 }],
  [{ message: "hi" }, 200, { status: "sent" }],
  [{ message: "" }, 400, { error: "Message required" }],
])("POST /broadcast of %j is %i", async (body, status, json) => {
  await using bridge = await bridgeService();
  using bob = await bridge.join("bob");
  const told = await bridge.post("/broadcast", body);
  expect(told.status).toBe(status);
  expect(told.json).toMatchObject(json);
  expect(await bob.rest()).toHaveLength(status === 400 ? 0 : 1);
});

test("the history is filtered by agent, task and intent, the newest last", async () => {
  await using bridge = await bridgeService();
  const all = [
    { id: "1", taskId: "t1", intent: "task.assign" },
    { id: "2", taskId: "t1", intent: "task.complete" },
    { id: "3", taskId: "t2", intent: "task.assign", from: "script" },
  ];
  for (const envelope of all) await bridge.post("/broadcast", envelope);
  const ids = async (query: string) => {
    const { json } = await bridge.ask(`/history${query}`);
    return (json.history as readonly { id: string }[]).map(({ id }) => id);
  };
  expect(await ids("")).toEqual(["1", "2", "3"]);
  expect(await ids("?limit=2")).toEqual(["2", "3"]);
  expect(await ids("?limit=0")).toEqual([]);
  expect(await ids("?taskId=t1")).toEqual(["1", "2"]);
  expect(await ids("?intent=task.assign&limit=1")).toEqual(["3"]);
  expect(await ids("?agentId=script")).toEqual(["3"]);
  expect((await bridge.ask("/tasks")).json).toMatchObject({
    tasks: [
      { taskId: "t1", intents: ["task.assign", "task.complete"], participants: ["api"] },
      { taskId: "t2", participants: ["script"], lastEnvelope: { id: "3" } },
    ],
  });
});

test("what waits, and what was given up, can be seen", async () => {
  await using bridge = await bridgeService({ flags: ["--admin-token", "root"] });
  await bridge.post("/send", { to: "bob", payload: "x" });
  const oldestAt = expect.stringMatching(/^\d{4}-/);
  expect((await bridge.ask("/queues")).json).toEqual({
    queues: [{ id: "bob", messages: 1, bytes: expect.any(Number), oldestAt }],
    ...{ count: 1, messages: 1, bytes: expect.any(Number) },
  });
  expect((await bridge.ask("/dead-letters")).json).toEqual({ deadLetters: [] });
});

test("browsers get the page at /, others a list of what there is", async () => {
  await using bridge = await bridgeService({ flags: ["--auth-token", "t"] });
  const told = await bridge.ask("/", { headers: { accept: "*/*" } });
  expect(told.status).toBe(200);
  expect(told.json).toMatchObject({
    status: "running",
    endpoints: { "POST /send": expect.any(String) },
  });
});

describe("errors are JSON", () => {
  test.each([
    ["GET", "/nowhere", 404, "not_found"],
    ["DELETE", "/send", 405, "method_not_allowed"],
    ["POST", "/health", 405, "method_not_allowed"],
  ])("%s %s is %i", async (method, path, status, code) => {
    await using bridge = await bridgeService();
    const told = await bridge.ask(path, { method });
    expect([told.status, told.json.code]).toEqual([status, code]);
    expect(told.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(told.json.error).toMatch(/^Cannot /);
  });

  test("429 says when to come back, and pages may read it", async () => {
    await using bridge = await bridgeService({ flags: ["--rate-max", "2"] });
    const headers = { origin: "http://localhost:3000" };
    const told: Told[] = [];
    for (let count = 0; count < 3; count += 1) told.push(await bridge.ask("/agents", { headers }));
    expect(told.map(({ status }) => status)).toEqual([200, 200, 429]);
    const left = told.map((each) => each.headers.get("ratelimit-remaining"));
    expect(left).toEqual(["1", "0", "0"]);
    const last = told[2]!.headers;
    expect(last.get("ratelimit-limit")).toBe("2");
    expect(last.get("ratelimit-policy")).toBe("2;w=60");
    expect(Number(last.get("retry-after"))).toBeWithin(1, 61);
    expect(last.get("access-control-allow-origin")).toBe("http://localhost:3000");
    expect(told[2]!.json.error).toContain("Too many requests, please try again later");
  });
});

describe("a token", () => {
  test.each([
    [undefined, 401],
    ["Bearer wrong", 401],
    ["Bearer right", 200],
    ["bearer right", 200],
    ["right", 200],
    ["Bearer root", 200],
  ])("as Authorization: %s is answered %i", async (authorization, status) => {
    const flags = ["--auth-token", "right", "--admin-token", "root"];
    await using bridge = await bridgeService({ flags });
    const headers = authorization === undefined ? {} : { authorization };
    expect((await bridge.ask("/agents", { headers })).status).toBe(status);
  });
});

describe("pages of other origins", () => {
  const named = ["--cors-origins", "https://a.example,https://b.example"];

  test.each([
    ["https://b.example", "https://b.example"],
    ["https://c.example", null],
  ])("%s may read: %p", async (origin, allowed) => {
    await using bridge = await bridgeService({ flags: named });
    const { headers } = await bridge.ask("/agents", { headers: { origin } });
    expect(headers.get("access-control-allow-origin")).toBe(allowed);
    expect(headers.get("access-control-allow-methods")).toBe("GET, POST, OPTIONS");
    expect(headers.get("vary")?.toLowerCase()).toContain("origin");
  });

  test("ask first, and are answered before any token", async () => {
    await using bridge = await bridgeService({ flags: [...named, "--auth-token", "t"] });
    const told = await bridge.ask("/send", {
      method: "OPTIONS",
      headers: { origin: "https://a.example" },
    });
    expect([told.status, told.text]).toEqual([200, "OK"]);
    expect(told.headers.get("access-control-allow-headers")).toContain("Authorization");
  });

  test("send nothing where they may not, not even what browsers send without asking", async () => {
    await using bridge = await bridgeService();
    const headers = { origin: "https://evil.example", "content-type": "text/plain" };
    const told = await bridge.post("/send", { to: "bob" }, { headers });
    expect([told.status, told.json.code]).toEqual([403, "origin_not_allowed"]);
    expect((await bridge.ask("/queues")).json).toMatchObject({ messages: 0 });
  });
});

describe("a long history", () => {
  const text = "é".repeat(200_000);
  const flags = ["--max-unsent", "1MB"];

  async function filled(bridge: TestBridge): Promise<void> {
    using ada = await bridge.join("ada");
    for (let id = 1; id <= 5; id += 1) {
      ada.send({ type: "envelope", envelope: { id: `${id}`, payload: text, taskId: `${id}` } });
    }
    await ada.rest();
  }

  test.each(["/history", "/tasks"])("comes whole by GET %s, piece by piece", async (path) => {
    await using bridge = await bridgeService({ flags });
    await filled(bridge);
    const { headers, json } = await bridge.ask(path);
    expect(headers.get("content-length")).toBeNull();
    const shown = Object.values(json)[0] as readonly { readonly taskId: string }[];
    expect(shown.map(({ taskId }) => taskId)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("has its newest messages told in a frame, no more than a client may leave unsent", async () => {
    await using bridge = await bridgeService({ flags });
    await filled(bridge);
    using bob = await bridge.join("bob");
    const idsOf = (frame: unknown) =>
      (frame as { history: readonly { id: string }[] }).history.map(({ id }) => id);
    expect(idsOf(bob.welcome)).toEqual(["4", "5"]);
    bob.send({ type: "query", limit: 5 });
    expect(idsOf(await bob.next())).toEqual(["4", "5"]);
  });
});
