import { afterAll, describe, expect, test } from "bun:test";
import { testKeeper } from "@breakwater/message/testing";
import { hasRedis, type TestRedis, testRedis } from "@breakwater/redis/testing";
import { clusterBench } from "./testing/cluster-bench.ts";

let server: TestRedis | undefined;
afterAll(() => server?.[Symbol.asyncDispose]());

testKeeper("with redis-server (skipped where it is not installed)", {
  describe: describe.skipIf(!hasRedis),
  test,
  expect,
  hasInstances: true,
  isDurable: true,
  open: async ({ limits, epochMs }) => {
    server ??= await testRedis();
    const bench = await clusterBench({ limits, epochMs, server });
    const first = await bench.open();
    const another = async () => (await bench.open()).keeper;
    return {
      keeper: first.keeper,
      another,
      restart: async () => {
        await first.die();
        return another();
      },
      close: () => bench[Symbol.asyncDispose](),
    };
  },
});
