import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { bridgeService, type TestClient } from "./testing/bridge-service.ts";

/** What section 7.2 of the notes found wrong in the original, each by its number. */

type Json = Readonly<Record<string, unknown>>;

const SECRET = "a secret of one's own";
const send = (client: TestClient, envelope: Json): void =>
  client.send({ type: "envelope", envelope });

describe("7.2-1: a client connects, whatever its origin, unless that is not allowed", () => {
  const isConnected = undefined;
  const isTurnedAway = { code: 1008, reason: "Origin not allowed" };

  test.each<readonly [string, readonly string[], string | undefined, object | undefined]>([
    ["no page", [], undefined, isConnected],
    ["a page of this machine", [], "http://localhost:3000", isConnected],
    [
      "a page from elsewhere, where no token is asked for",
      [],
      "https://evil.example",
      isTurnedAway,
    ],
    ["a page that needs a token", ["--auth-token", "t"], "https://a.example", isConnected],
    [
      "a page that is named",
      ["--cors-origins", "https://a.example"],
      "https://a.example",
      isConnected,
    ],
    ["one that is not", ["--cors-origins", "https://a.example"], "https://b.example", isTurnedAway],
    ["any page, if all may", ["--cors-origins", "*"], "https://b.example", isConnected],
  ])("%s", async (_who, flags, origin, want) => {
    await using bridge = await bridgeService({ flags });
    using client = await bridge.connect({ headers: origin === undefined ? {} : { origin } });
    client.send({ type: "heartbeat", id: "1" });
    const answered = client.next().then(() => undefined);
    expect<unknown>(await Promise.race([client.closed, answered])).toEqual(want);
  });
});

describe("7.2-1: without a token a page cannot lead a name of its own here", () => {
  test.each<readonly [string, string, readonly string[], number]>([
    ["/history", "evil.example:8080", [], 421],
    ["/", "localhost.evil.example", [], 421],
    ["/history", "LOCALHOST:8080", [], 200],
    ["/history", "agents.localhost", [], 200],
    ["/history", "[::1]:8080", [], 200],
    ["/health", "evil.example", [], 200],
    ["/history", "evil.example", ["--host", "127.0.0.1"], 200],
    ["/history", "evil.example", ["--auth-token", "t"], 401],
  ])("%s of %s with %j: %i", async (path, host, flags, want) => {
    await using bridge = await bridgeService({ flags });
    const { status, json } = await bridge.ask(path, { headers: { host } });
    expect(status).toBe(want);
    expect(Object.keys(json)).toEqual(want === 421 ? ["error", "code"] : expect.any(Array));
  });

  test("nor open a WebSocket", async () => {
    await using bridge = await bridgeService();
    const refused = await bridge.connect({ headers: { host: "evil.example" } }).catch(() => "no");
    expect(refused).toBe("no");
  });
});

test("7.2-2, 13: WebSocket and HTTP are at one port, and it says which", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  const port = Number(bridge.url.port);
  expect(ada.socket.url).toContain(`:${port}/`);
  expect((await bridge.ask("/health")).json).toMatchObject({ wsPort: port, httpPort: port });
});

// 7.2-3 and 7.2-4: protocol.test.ts and bad-frames.test.ts.

describe("7.2-5: nobody is somebody else", () => {
  const flags = ["--auth-token", "right"];

  test.each([["wrong"], [undefined], [""]])(
    "a wrong token is told and closed: %p",
    async (authToken) => {
      await using bridge = await bridgeService({ flags });
      using ada = await bridge.connect();
      ada.send({ type: "register", clientId: "ada", authToken });
      expect(await ada.next()).toMatchObject({ type: "error", error: "unauthorized" });
      expect(await ada.closed).toEqual({ code: 1008, reason: "Unauthorized" });
    },
  );

  test("with a token nobody sends who has not registered by it", async () => {
    await using bridge = await bridgeService({ flags });
    using bob = await bridge.join("bob", { authToken: "right" });
    using eve = await bridge.connect();
    send(eve, { to: "bob", from: "ada" });
    expect(await eve.next()).toMatchObject({ error: "not_registered" });
    expect(await bob.rest()).toEqual([]);
  });

  test("an id that is bound to a secret is not had without it, even when its client is away", async () => {
    await using bridge = await bridgeService();
    const ada = await bridge.join("ada", { clientToken: SECRET });
    ada.socket.close();
    await ada.closed;
    using eve = await bridge.join("eve");
    send(eve, { to: "ada", payload: "secret" });
    for (const clientToken of [undefined, "another secret of somebody"]) {
      using thief = await bridge.join("ada", { clientToken });
      expect(thief.welcome).toMatchObject({ type: "error", error: "bad_client_token" });
      expect(await thief.rest()).toEqual([]);
    }
    using again = await bridge.join("ada", { clientToken: SECRET });
    expect(await again.next()).toEqual(["env", expect.objectContaining({ payload: "secret" })]);
  });

  test("an id without a secret is not had while its client is there", async () => {
    await using bridge = await bridgeService();
    using _ada = await bridge.join("ada");
    using thief = await bridge.join("ada");
    expect(thief.welcome).toMatchObject({ error: "id_taken" });
  });

  test("a secret is made for who asks for one, and none is told to others", async () => {
    await using bridge = await bridgeService({ flags: ["--require-client-tokens"] });
    using without = await bridge.join("ada");
    expect(without.welcome).toMatchObject({ error: "client_token_required" });
    using ada = await bridge.join("ada", { clientToken: true });
    const { clientToken } = ada.welcome;
    expect(clientToken).toMatch(/^[\w-]{32}$/);
    const told = [await bridge.ask("/agents"), await bridge.ask("/history")];
    expect(told.map(({ text }) => text).join("")).not.toContain(String(clientToken));
    using again = await bridge.join("ada", { clientToken });
    expect(again.welcome).toMatchObject({ type: "registered" });
    expect(again.welcome).not.toHaveProperty("clientToken");
  });

  test.each<readonly [string, string, object, number]>([
    ["a client that is there", "bob", {}, 403],
    ["a client with a secret that is away", "ada", {}, 403],
    ["that client, by another secret", "ada", { "x-client-token": "a wrong one, but long" }, 403],
    ["that client, by its own", "ada", { "x-client-token": SECRET }, 202],
    ["a name that nobody has", "script-7", {}, 202],
    ["api", "api", {}, 202],
  ])("by HTTP one may not send as %s without its secret", async (_who, from, headers, status) => {
    await using bridge = await bridgeService();
    const ada = await bridge.join("ada", { clientToken: SECRET });
    ada.socket.close();
    using bob = await bridge.join("bob");
    await bob.rest();
    const told = await bridge.post("/send", { to: "carol", from }, { headers: { ...headers } });
    expect(told.status).toBe(status);
    const want = status === 403 ? { code: "forged_from" } : { envelope: { from } };
    expect(told.json).toMatchObject(want);
  });
});

test("7.2-6: nobody is api, and sees so what others sent by HTTP", async () => {
  await using bridge = await bridgeService();
  await bridge.post("/send", { to: "bob", payload: "for bob" });
  using thief = await bridge.join("api", { clientToken: SECRET });
  expect(thief.welcome).toMatchObject({ type: "error", error: "id_taken" });
});

test("7.2-6: direct messages are shown to their parties only, broadcasts to all", async () => {
  await using bridge = await bridgeService({ flags: ["--admin-token", "root"] });
  using ada = await bridge.join("ada", { clientToken: SECRET });
  using bob = await bridge.join("bob");
  send(ada, { id: "direct", to: "bob", taskId: "t" });
  send(ada, { id: "broadcast", taskId: "t" });
  await ada.rest();
  using eve = await bridge.join("eve");
  const idsOf = (history: unknown) => (history as readonly Json[]).map(({ id }) => id);
  expect(idsOf(eve.welcome.history)).toEqual(["broadcast"]);
  eve.send({ type: "query" });
  expect(idsOf(((await eve.next()) as Json).history)).toEqual(["broadcast"]);
  using again = await bridge.join("ada", { clientToken: SECRET });
  expect(idsOf(again.welcome.history)).toEqual(["direct", "broadcast"]);
  const asked = async (headers: Readonly<Record<string, string>>) =>
    idsOf((await bridge.ask("/history", { headers })).json.history);
  const own = { "x-client-id": "ada", "x-client-token": SECRET };
  expect(await asked({})).toEqual(["broadcast"]);
  expect(await asked(own)).toEqual(["direct", "broadcast"]);
  expect(await asked({ authorization: "Bearer root" })).toEqual(["direct", "broadcast"]);
  const forged = { ...own, "x-client-token": "not it, but long enough" };
  expect((await bridge.ask("/history", { headers: forged })).status).toBe(403);
  expect((await bridge.ask("/tasks")).text).not.toContain("direct");
  expect(await bob.rest()).toHaveLength(2);
});

describe("7.2-7: a client expires by silence alone, and is told", () => {
  const flags = ["--client-ttl-ms", "10s"];

  test("any frame shows that it is there", async () => {
    const clock = new FakeClock();
    await using bridge = await bridgeService({ flags, clock });
    using ada = await bridge.join("ada");
    using bob = await bridge.join("bob");
    for (const untilMs of [6000, 12_000, 18_000]) {
      await clock.advanceTo(untilMs);
      ada.send({ type: "heartbeat" });
      expect(await ada.rest()).toEqual([]);
    }
    expect(await bob.next()).toEqual({ type: "goodbye", reason: "expired" });
    expect(await bob.closed).toMatchObject({ code: 4002 });
    expect((await bridge.ask("/clients")).json).toEqual({ clients: ["ada"] });
  });

  test("who does not say who it is does not stay either", async () => {
    const clock = new FakeClock();
    await using bridge = await bridgeService({ clock });
    using nobody = await bridge.connect();
    await nobody.rest();
    await clock.advanceTo(12_000);
    expect(await nobody.next()).toMatchObject({ type: "goodbye", reason: "unauthorized" });
    expect(await nobody.closed).toMatchObject({ code: 1008 });
  });
});

test("7.2-8: who reconnects takes its old connection's place, whenever that closes", async () => {
  await using bridge = await bridgeService();
  using old = await bridge.join("ada", { clientToken: SECRET });
  using again = await bridge.join("ada", { clientToken: SECRET });
  expect(await old.next()).toEqual({ type: "goodbye", reason: "replaced" });
  expect(await old.closed).toMatchObject({ code: 4001 });
  using bob = await bridge.join("bob");
  send(bob, { to: "ada", payload: 1 });
  expect(await again.next()).toEqual(["env", expect.objectContaining({ payload: 1 })]);
  expect((await bridge.ask("/clients")).json).toEqual({ clients: ["ada", "bob"] });
});

describe("7.2-9: everything has a limit, and what is beyond is told", () => {
  test.each<readonly [string, readonly string[], readonly Json[], string]>([
    ["messages of one recipient", ["--max-queue", "1"], [{ to: "x" }, { to: "x" }], "queue_full"],
    [
      "bytes of one recipient",
      ["--max-queue-bytes", "1K"],
      [{ to: "x", payload: "y".repeat(1000) }],
      "queue_full",
    ],
    [
      "bytes of all",
      ["--max-total-bytes", "1K"],
      [{ to: "x", payload: "y".repeat(1000) }],
      "store_full",
    ],
    ["recipients", ["--max-recipients", "1"], [{ to: "x" }, { to: "y" }], "too_many_recipients"],
  ])("%s", async (_what, flags, envelopes, reason) => {
    await using bridge = await bridgeService({ flags });
    using ada = await bridge.join("ada", { receipts: true });
    using bob = await bridge.join("bob");
    for (const [at, envelope] of envelopes.entries()) {
      send(ada, { id: `a${at}`, ...envelope });
      const isLast = at === envelopes.length - 1;
      expect(await ada.next()).toMatchObject({ status: isLast ? "dropped" : "queued" });
    }
    // Who has not asked for receipts is told by an error.
    const last = envelopes.at(-1)!;
    send(bob, { id: "b", ...last });
    expect(await bob.next()).toMatchObject({ type: "error", error: reason, id: "b" });
    const told = await bridge.post("/send", last);
    expect([told.status, told.json.reason]).toEqual([503, reason]);
  });

  test("connections", async () => {
    await using bridge = await bridgeService({ flags: ["--max-connections", "1"] });
    using ada = await bridge.join("ada");
    using bob = await bridge.connect();
    expect(await bob.next()).toMatchObject({ error: "too_many_clients" });
    expect(await bob.closed).toMatchObject({ code: 1013 });
    expect(await ada.rest()).toEqual([]);
  });
});

test("7.2-10: what was acknowledged survives a restart, registered comes before the backlog", async () => {
  const data = mkdtempSync(join(tmpdir(), "bridge-test-"));
  try {
    {
      await using bridge = await bridgeService({ flags: ["--data", data] });
      using ada = await bridge.join("ada", { receipts: true, clientToken: SECRET });
      send(ada, { id: "1", to: "bob" });
      send(ada, { id: "2" });
      expect(await ada.next()).toMatchObject({ id: "1", status: "queued" });
      expect(await ada.next()).toMatchObject({ id: "2", status: "delivered", recipients: 0 });
    }
    await using bridge = await bridgeService({ flags: ["--data", data] });
    using thief = await bridge.join("ada");
    expect(thief.welcome).toMatchObject({ error: "bad_client_token" });
    using bob = await bridge.join("bob");
    expect(bob.welcome).toMatchObject({ history: [{ id: "1" }, { id: "2" }] });
    expect(await bob.next()).toMatchObject(["env", { id: "1" }]);
    expect((await bridge.ask("/history")).json).toMatchObject({ history: [{ id: "2" }] });
  } finally {
    rmSync(data, { recursive: true });
  }
});

describe("7.2-11: it stops, whoever is connected", () => {
  test("all are told when to come back, and it has ended", async () => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada");
    using _silent = await bridge.connect();
    const stopped = bridge.stop();
    expect(await ada.next()).toEqual({
      ...{ type: "goodbye", reason: "draining", reconnectAfterMs: expect.any(Number) },
    });
    expect(await ada.closed).toEqual({ code: 1012, reason: "draining" });
    await stopped;
  });

  test("a client that does not answer is not waited for", async () => {
    await using bridge = await bridgeService({ flags: ["--drain-grace", "50ms"] });
    const mute = await Bun.connect({
      hostname: bridge.url.hostname,
      port: Number(bridge.url.port),
      socket: { data: () => {} },
    });
    const key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    mute.write(
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}\r\n`,
    );
    using ada = await bridge.join("ada");
    await ada.rest();
    await bridge.stop();
    mute.end();
  });
});

describe("7.2-12: /health", () => {
  test("takes no token, and is never limited", async () => {
    await using bridge = await bridgeService({ flags: ["--auth-token", "t", "--rate-max", "2"] });
    for (let count = 0; count < 10; count += 1) {
      const told = await bridge.ask("/health");
      expect([told.status, told.json.status]).toEqual([200, "ok"]);
    }
    expect((await bridge.ask("/agents")).json).toEqual({ error: "unauthorized" });
  });

  test("clients behind a proxy that is trusted are told apart", async () => {
    const flags = ["--rate-max", "1", "--trusted-proxies", "127.0.0.1"];
    await using bridge = await bridgeService({ flags });
    const statuses = [];
    for (const ip of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
      statuses.push((await bridge.ask("/agents", { headers: { "x-forwarded-for": ip } })).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });
});

// 7.2-13: bad-frames.test.ts, http.test.ts. 7.2-14 and 15: metrics.test.ts. 7.2-16 is documents.
