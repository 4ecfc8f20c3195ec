import { describe, expect, test } from "bun:test";
import type { PutOutcome } from "@breakwater/message";
import { KeeperStage, testMessage } from "@breakwater/message/testing";
import { hasRedis } from "@breakwater/redis/testing";
import { systemClock } from "@breakwater/system-clock";
import { openCluster } from "./open-cluster.ts";
import { clusterBench, type Instance, testLimits } from "./testing/cluster-bench.ts";

async function stages(...instances: readonly Instance[]): Promise<readonly KeeperStage[]> {
  return instances.map(({ keeper }) => new KeeperStage(keeper));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("whose instance died is taken no more, and gets what it was told again", async () => {
    await using bench = await clusterBench();
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    await there!.connect("ada");
    await there!.put(testMessage({ id: "1" }));
    await here!.arrivalsOf("bob", 1);
    expect(await there!.claim("bob")).toEqual({ kind: "taken" });
    await first.die();
    await until(() => second.keeper.isUp);
    expect((await second.keeper.agents()).map(({ id }) => id)).toEqual(["ada"]);
    await there!.connect("bob");
    const [arrival] = await there!.arrivalsOf("bob", 1);
    expect(arrival!.again).toEqual(true);
    expect(await there!.put(testMessage({ to: null }))).toMatchObject({ kind: "duplicate" });
    expect(await there!.put(testMessage({ id: "2", to: null }))).toMatchObject({ recipients: 1 });
  });

  test("an instance that was taken for dead is back with its clients", async () => {
    await using bench = await clusterBench();
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    await here!.connect("cy", "hash");
    await there!.connect("ada");
    await first.forget();
    // While nobody knows of it, another has its client.
    await there!.connect("cy", "hash");
    expect(await there!.put(testMessage({ id: "1", to: null }))).toMatchObject({ recipients: 1 });
    expect(await there!.put(testMessage({ id: "2" }))).toEqual({ kind: "kept" });
    first.keeper.touch(["bob"]);
    expect(await here!.idsOf("bob", 1)).toEqual(["2"]);
    await here!.until(() => here!.broadcasts.length === 1 && here!.replaced.length === 1);
    expect(here!.replaced).toEqual(["cy"]);
    const agents = (await first.keeper.agents()).map(({ id }) => id).sort();
    expect(agents).toEqual(["ada", "bob", "cy"]);
  });

  test("what it missed while it was taken for dead comes before what it hears then", async () => {
    await using bench = await clusterBench();
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    // It takes it a while to say who is there.
    const others = Array.from({ length: 1000 }, (_, index) => here!.claim(`other ${index}`));
    await Promise.all(others);
    await first.forget();
    const ids = Array.from({ length: 900 }, (_, id) => String(id));
    for (const id of ids.slice(0, 200)) await there!.put(testMessage({ id }));
    first.keeper.touch(["bob"]);
    for (const id of ids.slice(200)) await there!.put(testMessage({ id }));
    expect(await here!.idsOf("bob", ids.length)).toEqual(ids);
  });

  test("who is back at an instance is not replaced by what it hears late", async () => {
    await using bench = await clusterBench();
    const first = await bench.open();
    const [here, there] = await stages(first, await bench.open());
    await there!.claim("bob", "hash");
    await here!.connect("bob", "hash");
    await bench.redis.send("PUBLISH", [bench.key(`to:${first.name}`), "r 1 bob"]);
    await there!.put(testMessage());
    expect(await here!.idsOf("bob", 1)).toEqual(["1"]);
    expect(here!.replaced).toEqual([]);
  });

  test("what is said while an instance hears nothing comes when it does, once", async () => {
    await using bench = await clusterBench();
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    await there!.connect("ada");
    for (let round = 0; round < 3; round += 1) {
      await bench.redis.send("CLIENT", ["KILL", "TYPE", "pubsub"]);
      for (let id = 0; id < 150; id += 1) {
        await there!.put(testMessage({ id: `${round} ${id}` }));
        await there!.put(testMessage({ id: `all ${round} ${id}`, to: null }));
      }
    }
    const expected = [0, 1, 2].flatMap((round) =>
      Array.from({ length: 150 }, (_, id) => `${round} ${id}`),
    );
    expect(await here!.idsOf("bob", 450)).toEqual(expected);
    await here!.until(() => here!.broadcasts.length >= 450);
    const broadcasts = here!.broadcasts.map(({ message }) => message.envelope.id);
    expect(broadcasts).toEqual(expected.map((id) => `all ${id}`));
  });

  test("Redis is killed while messages flow: all that was kept comes, in order", async () => {
    await using bench = await clusterBench({ isDurable: true });
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    await there!.connect("ada");
    const settle = here!.onArrival.bind(here);
    here!.onArrival = (clientId, message, again) => {
      settle(clientId, message, again);
      first.keeper.settle(clientId, [message]);
    };
    const outcomes: PutOutcome[] = [];
    let isKilled = false;
    for (let id = 0; id < 200; id += 1) {
      if (id === 80) {
        isKilled = true;
        void bench.server.kill().then(() => bench.server.start());
      }
      const message = testMessage({ id: String(id) });
      await until(async () => {
        const outcome = await there!.put(message);
        outcomes.push(outcome);
        return outcome.kind !== "dropped";
      });
    }
    expect(isKilled && outcomes).toContainEqual({ kind: "dropped", reason: "store_unavailable" });
    const expected = Array.from({ length: 200 }, (_, id) => String(id));
    expect(await here!.idsOf("bob", 200)).toEqual(expected);
    await until(async () => (await second.keeper.mailboxes(1).catch(() => [1])).length === 0);
    expect(second.errors.map(({ name }) => name)).toEqual(["RedisError"]);
    await until(() => first.keeper.isUp && second.keeper.isUp);
  });

  test("what is settled while Redis is away is settled, and its sender told, later", async () => {
    await using bench = await clusterBench({ isDurable: true });
    const [first, second] = [await bench.open(), await bench.open()];
    const [here, there] = await stages(first, second);
    await here!.connect("bob");
    await there!.connect("ada");
    for (const id of ["1", "2"]) await there!.put(testMessage({ id }));
    const [one, two] = await here!.arrivalsOf("bob", 2);
    await bench.server.kill();
    first.keeper.settle("bob", [one!.message]);
    first.keeper.bury("bob", two!.message, "unacknowledged");
    await bench.server.start();
    await there!.until(() => there!.settled.length === 1 && there!.buried.length === 1);
    expect(there!.settled).toEqual([one!.message]);
    expect(await first.keeper.mailboxes(10)).toEqual([]);
  });

  test("no more wait for Redis than may, and those that do are kept in order", async () => {
    await using bench = await clusterBench();
    const [stage] = await stages(await bench.open());
    await stage!.connect("bob");
    const ids = Array.from({ length: 1100 }, (_, id) => String(id));
    const outcomes = await Promise.all(ids.map((id) => stage!.put(testMessage({ id }))));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.indexOf("dropped")).toEqual(1000);
    expect(kinds.lastIndexOf("kept")).toEqual(999);
    expect(await stage!.idsOf("bob", 1000)).toEqual(ids.slice(0, 1000));
  });

  test("while Redis is away, everything says so at once", async () => {
    await using bench = await clusterBench();
    const [stage] = await stages(await bench.open());
    await stage!.connect("bob");
    await bench.server.kill();
    const unavailable = { kind: "dropped", reason: "store_unavailable" } as const;
    expect(await stage!.put(testMessage())).toEqual(unavailable);
    expect(await stage!.claim("cy")).toEqual({ kind: "unavailable" });
    expect(await stage!.verify("cy", "hash")).toEqual("unavailable");
    const error = await stage!.keeper.agents().catch((reason: Error) => reason);
    expect(String(error)).toContain("Cannot ask Redis: it is away");
  });

  test("a Redis that lost everything is told again who is there", async () => {
    await using bench = await clusterBench();
    const first = await bench.open();
    const [stage] = await stages(first);
    await stage!.connect("bob", "hash");
    await stage!.put(testMessage({ id: "1" }));
    await stage!.arrivalsOf("bob", 1);
    await bench.redis.send("FLUSHALL", []);
    first.keeper.touch(["bob"]);
    await until(async () => (await first.keeper.agents()).length === 1);
    await stage!.put(testMessage({ id: "2" }));
    expect(await stage!.idsOf("bob", 2)).toEqual(["1", "2"]);
    expect(await stage!.verify("bob", "hash")).toEqual("its");
  });

  test("when all are gone and all is settled, only what is remembered stays", async () => {
    await using bench = await clusterBench();
    const first = await bench.open();
    const [stage] = await stages(first);
    await stage!.connect("ada");
    await stage!.connect("bob", "hash");
    await stage!.put(testMessage());
    const [arrival] = await stage!.arrivalsOf("bob", 1);
    first.keeper.settle("bob", [arrival!.message]);
    await first.keeper.close();
    expect(await bench.keys()).toEqual(["claims", "history", "seen", "sums", "tokens"]);
  });

  test("what two send to one comes in the order of each, through two instances", async () => {
    await using bench = await clusterBench();
    const all = await stages(await bench.open(), await bench.open(), await bench.open());
    await all[2]!.connect("bob");
    const puts = Array.from({ length: 300 }, async (_, id) => {
      const from = id % 2 === 0 ? "ada" : "cy";
      return all[id % 2]!.put(testMessage({ id: String(id), from }));
    });
    await Promise.all(puts);
    const arrivals = await all[2]!.arrivalsOf("bob", 300);
    for (const [parity, from] of ["ada", "cy"].entries()) {
      const own = arrivals.filter(({ message }) => message.envelope.from === from);
      const ids = own.map(({ message }) => Number(message.envelope.id));
      expect(ids).toEqual(Array.from({ length: 150 }, (_, index) => 2 * index + parity));
    }
  });
});

const usable = {
  url: "redis://127.0.0.1:1",
  prefix: "bridge",
  instance: "i",
  limits: testLimits,
  clock: systemClock(),
  epochMs: () => 0,
  timeoutMs: 1000,
  maxInFlight: 10,
  onError: () => {},
};

test.each([
  ["a Redis that is not there", {}, "down", /^Cannot reach Redis/],
  ["a URL of something else", { url: "http://x" }, "bad_option", /^Cannot use that Redis URL/],
  ["a prefix with braces", { prefix: "{a}" }, "bad_option", /^Cannot use prefix "\{a\}": it takes/],
  ["no instance", { instance: "" }, "bad_option", /^Cannot use instance "": it takes/],
])("%s is refused at the start", async (_name, options, code, message) => {
  const error = await openCluster({ ...usable, ...options }).catch((reason: Error) => reason);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});
