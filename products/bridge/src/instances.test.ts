import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestRedis, testRedis } from "@breakwater/redis/testing";
import { isAboutSettings } from "./run.ts";
import { bridgeService, type TestBridge, type TestClient } from "./testing/bridge-service.ts";

const SECRET = "a secret of one's own";
const send = (client: TestClient, envelope: object): void =>
  client.send({ type: "envelope", envelope });

test("Redis that is not there is told in a sentence", async () => {
  const flags = ["--redis-url", "redis://127.0.0.1:1"];
  const error = await bridgeService({ flags }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isAboutSettings(error)).toBe(true);
  expect((error as Error).message).toMatch(/^Cannot .*127\.0\.0\.1:1/);
});

describe.skipIf(!Bun.which("redis-server"))("two instances with one redis-server", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  const instance = (): Promise<TestBridge> => bridgeService({ flags: ["--redis-url", redis.url] });

  test("a client reaches one who is at the other, and hears that it did", async () => {
    await using here = await instance();
    await using there = await instance();
    using ada = await here.join("ada-1", { receipts: true });
    using bob = await there.join("bob-1");
    send(ada, { id: "1", to: "bob-1", payload: "over there" });
    expect(await bob.next()).toMatchObject(["env", { payload: "over there" }]);
    const [first] = [await ada.next()] as [{ readonly status: string }];
    const last = first.status === "queued" ? await ada.next() : first;
    expect(last).toMatchObject({ type: "receipt", id: "1", status: "delivered" });
    expect((await here.ask("/clients")).json).toEqual({ clients: ["ada-1", "bob-1"] });
  });

  test("broadcasts reach both, and the history is one", async () => {
    await using here = await instance();
    await using there = await instance();
    using ada = await here.join("ada-2");
    using bob = await there.join("bob-2");
    send(ada, { id: "b", payload: "to all" });
    expect(await bob.next()).toMatchObject(["env", { payload: "to all" }]);
    const { json } = await there.ask("/history?agentId=ada-2");
    expect(json).toMatchObject({ history: [{ id: "b" }] });
  });

  test("who moves to the other instance takes its queue along, and its old connection ends", async () => {
    await using here = await instance();
    await using there = await instance();
    using old = await here.join("ada-3", { clientToken: SECRET });
    using again = await there.join("ada-3", { clientToken: SECRET });
    expect(await old.next()).toEqual({ type: "goodbye", reason: "replaced" });
    using bob = await here.join("bob-3");
    send(bob, { to: "ada-3", payload: 1 });
    expect(await again.next()).toMatchObject(["env", { payload: 1 }]);
  });

  test("what was acknowledged by an instance that stops is delivered by another", async () => {
    const gone = await instance();
    await using there = await instance();
    using ada = await gone.join("ada-4", { receipts: true });
    send(ada, { id: "1", to: "bob-4" });
    expect(await ada.next()).toMatchObject({ status: "queued" });
    await gone.stop({ graceMs: 0 });
    using bob = await there.join("bob-4");
    expect(await bob.next()).toMatchObject(["env", { id: "1" }]);
  });
});
