import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { bridgeService, type TestClient } from "./testing/bridge-service.ts";

type Json = Readonly<Record<string, unknown>>;

const send = (client: TestClient, envelope: Json): void =>
  client.send({ type: "envelope", envelope });

test("an observer sees at once who is there and what waits", async () => {
  await using bridge = await bridgeService();
  using ada = await bridge.join("ada");
  send(ada, { to: "bob" });
  await ada.rest();
  using page = await bridge.connect();
  page.send({ type: "observe" });
  expect(await page.next()).toMatchObject({
    type: "snapshot",
    agents: [{ id: "ada" }],
    mailboxes: [{ id: "bob", messages: 1 }],
    figures: { queuedMessages: 1, messages: 1, historySize: 1, skipped: 0 },
    atMs: expect.any(Number),
  });
});

test("it sees broadcasts whole, and of direct messages only that they went by", async () => {
  await using bridge = await bridgeService({ flags: ["--admin-token", "root"] });
  using ada = await bridge.join("ada");
  using page = await bridge.connect();
  using admin = await bridge.connect();
  page.send({ type: "observe" });
  admin.send({ type: "observe", adminToken: "root" });
  await page.next();
  await admin.next();
  send(ada, { id: "1", payload: "to all" });
  send(ada, { id: "2", to: "bob", payload: "secret" });
  expect(await page.next()).toMatchObject({ type: "seen", envelope: { payload: "to all" } });
  const seen = await page.next();
  expect(seen).toMatchObject({ type: "seen", id: "2", from: "ada", to: "bob" });
  expect(JSON.stringify(seen)).not.toContain("secret");
  await admin.next();
  expect(await admin.next()).toMatchObject({ type: "seen", envelope: { payload: "secret" } });
});

test("it is told every second, if anything has changed", async () => {
  const clock = new FakeClock();
  await using bridge = await bridgeService({ clock });
  using page = await bridge.connect();
  page.send({ type: "observe" });
  expect(await page.next()).toMatchObject({ agents: [] });
  await clock.advanceTo(1000);
  await page.rest();
  await clock.advanceTo(5000);
  expect(await page.rest()).toEqual([]);
  using _ada = await bridge.join("ada");
  await clock.advanceTo(6000);
  expect(await page.next()).toMatchObject({ type: "snapshot", agents: [{ id: "ada" }] });
});

test("of a flood it sees 200 in a second, and how many it was spared", async () => {
  const clock = new FakeClock();
  await using bridge = await bridgeService({ clock });
  using ada = await bridge.join("ada");
  using page = await bridge.connect();
  page.send({ type: "observe" });
  await page.next();
  for (let count = 0; count < 250; count += 1) send(ada, {});
  await ada.rest();
  expect(await page.rest()).toHaveLength(200);
  await clock.advanceTo(1000);
  expect(await page.next()).toMatchObject({ figures: { skipped: 50 } });
});

test.each([
  ["without the token", {}],
  ["by a wrong token of the admin's", { authToken: "right", adminToken: "wrong" }],
])("nobody observes %s", async (_how, tokens) => {
  await using bridge = await bridgeService({ flags: ["--auth-token", "right"] });
  using page = await bridge.connect();
  page.send({ type: "observe", ...tokens });
  expect(await page.next()).toMatchObject({ type: "error", error: "unauthorized" });
  expect(await page.closed).toMatchObject({ code: 1008 });
});
