import { expect, test } from "bun:test";
import { testMeta } from "@breakwater/message/testing";
import type { Redis } from "@breakwater/redis";
import { LocalClients } from "./local-clients.ts";
import { OpPipe } from "./op-pipe.ts";
import { testLimits } from "./testing/cluster-bench.ts";
import type { Views } from "./views.ts";

test("what was refused while Redis is away leaves nothing to be done when it is back", () => {
  const redis = { send: () => Promise.reject(new Error("away")) } as unknown as Redis;
  const waiting: string[] = [];
  const pipe = new OpPipe({
    ...{ redis, key: "{test}", instance: "here", limits: testLimits, maxWaiting: 10 },
    epochMs: () => 0,
    onHead: () => {},
    onPause: () => {},
  });
  const push = pipe.push.bind(pipe);
  pipe.push = (op) => {
    waiting.push(op.name);
    push(op);
  };
  const nothing = (): void => {};
  const clients = new LocalClients({
    pipe,
    views: {} as Views,
    epochMs: () => 0,
    ...{ onArrival: nothing, onReplaced: nothing, onFailed: nothing },
  });
  const outcomes: string[] = [];
  clients.claim({ meta: testMeta("bob"), tokenHash: undefined }, ({ kind }) => outcomes.push(kind));
  expect(outcomes).toEqual(["unavailable"]);
  expect(waiting).toEqual([]);
});
