import { describe, expect, test } from "bun:test";
import { bridgeService, type TestBridge, type TestClient } from "./testing/bridge-service.ts";

/** What the issue lists: a typed error to that sender, and nobody else notices. */
const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
const envelope = (fields: object) => JSON.stringify({ type: "envelope", envelope: fields });

const badFrames: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, string])[] = [
  ["null", "null", "bad_frame"],
  ["a number", "7", "bad_frame"],
  ["an array", "[]", "bad_frame"],
  ["no JSON", "{", "bad_json"],
  ["nothing", "", "bad_json"],
  ["no type", "{}", "bad_frame"],
  ["a type of a prototype", '{"type":"__proto__"}', "unknown_type"],
  ["an unknown type", '{"type":"task.assign"}', "unknown_type"],
  ["a binary frame", new Uint8Array([1, 2, 3]), "binary_frame"],
  ["a frame of 3 MB", `{"type":"${"x".repeat(3_000_000)}"}`, "frame_too_large"],
  ["deep JSON", deep, "too_deep"],
  ["deep JSON in an envelope", envelope({ payload: 1 }).replace("1", deep), "too_deep"],
  ["an envelope of null", '{"type":"envelope","envelope":null}', "bad_envelope"],
  ["an envelope that is left out", '{"type":"envelope"}', "bad_envelope"],
  ["a forged sender", envelope({ from: "grace", to: "bob" }), "forged_from"],
  ["a recipient with a line break", envelope({ to: "bob\n" }), "bad_envelope"],
  ["a recipient of an object", envelope({ to: {} }), "bad_envelope"],
  ["a recipient of 200 letters", envelope({ to: "b".repeat(200) }), "bad_envelope"],
  ["100,000 recipients", envelope({ to: Array(100_000).fill("bob") }), "bad_envelope"],
  ["tools that are no array", envelope({ tools: "hammer" }), "bad_envelope"],
  ["half a character in an id", envelope({ id: "\ud800" }), "bad_envelope"],
  ["a second register", '{"type":"register","clientId":"eve"}', "already_registered"],
  ["an ack of nothing", '{"type":"ack"}', "bad_frame"],
  [
    "an ack of a thousand and one",
    JSON.stringify({ type: "ack", ids: Array(1001).fill("x") }),
    "bad_frame",
  ],
  ["a query of 0", '{"type":"query","limit":0}', "bad_frame"],
  ["a query of -1", '{"type":"query","limit":-1}', "bad_frame"],
  ["a query of abc", '{"type":"query","limit":"abc"}', "bad_frame"],
  ["an observer's frame", '{"type":"observe"}', "already_registered"],
];

/** Both are there and hear each other, and bob has heard of nothing else. */
async function expectUnmoved(ada: TestClient, bob: TestClient): Promise<void> {
  ada.send({ type: "envelope", envelope: { to: "bob", payload: "still here" } });
  expect(await bob.next()).toEqual(["env", expect.objectContaining({ payload: "still here" })]);
  expect([...(await ada.rest()), ...(await bob.rest())]).toEqual([]);
}

describe("a bad frame is answered by a typed error, and nobody else notices", () => {
  test.each(badFrames)("%s", async (_what, frame, code) => {
    await using bridge = await bridgeService();
    using ada = await bridge.join("ada");
    using bob = await bridge.join("bob");
    ada.socket.send(frame);
    const answer = await ada.next();
    expect(answer).toMatchObject({ type: "error", error: code });
    expect((answer as { message: string }).message).toMatch(/^[A-Z].{10,250}[^.]$/s);
    await expectUnmoved(ada, bob);
  });
});

const badRegisters: readonly (readonly [string, object])[] = [
  ["an id with a control character", { clientId: "a\u0007" }],
  ["an id of 200 letters", { clientId: "a".repeat(200) }],
  ["an id of a number", { clientId: 7 }],
  ["labels that are no list", { labels: "red" }],
  ["a role of an object", { role: {} }],
  ["a window of 0", { window: 0 }],
  ["a short secret", { clientToken: "short" }],
  ["another way of delivery", { delivery: "pigeon" }],
];

test.each(badRegisters)("who registers by %s may try again", async (_what, fields) => {
  await using bridge = await bridgeService();
  using ada = await bridge.connect();
  ada.send({ type: "register", ...fields });
  expect(await ada.next()).toMatchObject({ type: "error", error: "bad_register" });
  ada.send({ type: "register", clientId: "ada" });
  expect(await ada.next()).toMatchObject({ type: "registered", clientId: "ada" });
});

const unregistered: readonly (readonly [string, object, object])[] = [
  [
    "an envelope",
    { type: "envelope", envelope: { id: "1", to: "bob" } },
    { error: "not_registered", id: "1" },
  ],
  ["an ack", { type: "ack", id: "1" }, { error: "not_registered" }],
  [
    "a message of the claude-bridge",
    { type: "message", message: "hi" },
    { error: "Not registered" },
  ],
  ["its query", { type: "query" }, { error: "Not registered" }],
];

test.each(unregistered)(
  "nobody may send %s before it has said who it is",
  async (_what, frame, want) => {
    await using bridge = await bridgeService();
    using bob = await bridge.join("bob");
    using nobody = await bridge.connect();
    nobody.send(frame);
    expect(await nobody.next()).toEqual(expect.objectContaining({ type: "error", ...want }));
    expect(await bob.rest()).toEqual([]);
  },
);

test("one who sends nothing but bad frames is told goodbye, and only then closed", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  using bob = await bridge.join("bob");
  for (let count = 0; count < 30; count += 1) bob.send("null");
  for (let count = 0; count < 20; count += 1) {
    expect(await bob.next()).toMatchObject({ error: "bad_frame" });
  }
  expect(await bob.next()).toEqual({ type: "goodbye", reason: "bad_frames" });
  expect(await bob.closed).toEqual({ code: 4003, reason: "bad_frames" });
  ada.send({ type: "query" });
  expect(await ada.next()).toMatchObject({ clients: ["ada"] });
});

test("who sends faster than it may is told which messages were not taken", async () => {
  await using bridge = await bridgeService({ flags: ["--socket-rate", "10"] });
  using ada = await bridge.join("ada", { receipts: true });
  using bob = await bridge.join("bob");
  for (let id = 1; id <= 12; id += 1) {
    ada.send({ type: "envelope", envelope: { id: `${id}`, to: "bob" } });
  }
  const answers: Record<string, unknown>[] = [];
  while (answers.length < 12) answers.push((await ada.next()) as Record<string, unknown>);
  const delivered = answers.filter(({ status }) => status === "delivered");
  const refused = answers.filter(({ error }) => error === "rate_limited");
  // Its register was one of the ten.
  expect([delivered.length, refused.length]).toEqual([9, 3]);
  expect(refused.map(({ id }) => id)).toEqual(["10", "11", "12"]);
  expect(await bob.rest()).toHaveLength(9);
});

test("an acknowledgement of many messages is worth several frames", async () => {
  await using bridge = await bridgeService({ flags: ["--socket-rate", "10"] });
  using ada = await bridge.join("ada");
  ada.send({ type: "ack", ids: Array(451).fill("x") });
  expect(await ada.next()).toMatchObject({ error: "rate_limited" });
});

test.each<readonly [string, string, number]>([
  ["/history?limit=0", "history", 200],
  ["/history?limit=-1", "error", 400],
  ["/history?limit=abc", "error", 400],
  ["/history?limit=1e9", "error", 400],
  ["/history?limit=1000000000", "history", 200],
  ["/history?limit=1000000000000000000", "error", 400],
  ["/dead-letters?limit=x", "error", 400],
  ["/queues?limit=-3", "error", 400],
])("GET %s is answered in JSON", async (path, key, status) => {
  await using bridge = await bridgeService();
  const told = await bridge.ask(path);
  expect([told.status, Object.keys(told.json)[0]]).toEqual([status, key]);
});

const badBodies: readonly (readonly [string, unknown, number])[] = [
  ["no JSON", "{", 400],
  ["null", "null", 400],
  ["a list", "[]", 400],
  ["no recipient", {}, 400],
  ["a recipient with a control character", { to: "a\u0000" }, 400],
  ["many recipients", { to: ["a", "b"] }, 400],
  ["a sender of a number", { to: "a", from: 7 }, 400],
  ["a sender with a line break", { to: "a", from: "b\n" }, 400],
  ["deep JSON", `{"to":"a","payload":${deep}}`, 400],
  ["more than 1 MB", { to: "a", payload: "x".repeat(1_100_000) }, 413],
];

test.each(badBodies)("POST /send of %s is refused in JSON", async (_what, body, status) => {
  await using bridge: TestBridge = await bridgeService();
  const told = await bridge.post("/send", body);
  expect(told.status).toBe(status);
  expect(told.json).toMatchObject({ error: expect.any(String) });
  expect(told.text).not.toMatch(/\bat .*\.ts|node_modules/);
});
