import { describe, expect, test } from "bun:test";
import { memoryObjectStore } from "@breakwater/object-store/testing";
import { hasRedis, type TestRedis, testRedis } from "@breakwater/redis/testing";
import { filesService } from "./testing/files-service.ts";

async function twoServices({ url }: TestRedis, ...more: readonly string[]) {
  const store = memoryObjectStore({ epochMs: Date.now });
  const flags = ["--redis-url", url, ...more];
  const stack = new AsyncDisposableStack();
  const one = stack.use(await filesService({ store, flags }));
  const other = stack.use(await filesService({ store, flags }));
  return { store, one, other, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const unlimited = "--disable-rate-limiter";

describe.skipIf(!hasRedis)("with redis-server (skipped where it is not installed)", () => {
  test("what one instance changes, the other does not show as it was", async () => {
    await using redis = await testRedis();
    await using both = await twoServices(redis, unlimited);
    const { one, other } = both;
    await one.fill("f/a", "f/b");
    for (const files of [one, other]) {
      expect((await files.ask("/list?path=f")).json?.data).toMatchObject({ filesCount: 2 });
      expect((await files.ask("/download?path=f/a")).status).toBe(200);
    }
    await one.ask("/delete?path=f/a", { method: "DELETE" });
    const changed = async (): Promise<boolean> => {
      const { json } = await other.ask("/list?path=f");
      const link = await other.ask("/download?path=f/a");
      const { filesCount } = json!.data as { readonly filesCount: number };
      return filesCount === 1 && link.status === 404;
    };
    while (!(await changed())) await new Promise(setImmediate);
    await one.ask("/delete-folder?path=f", { method: "DELETE" });
    const gone = async () => (await other.ask("/download?path=f/b")).status === 404;
    while (!(await gone())) await new Promise(setImmediate);
    expect((await other.ask("/list?path=f")).json?.data).toMatchObject({ filesCount: 0 });
  });

  test("what one instance has listed, the other need not ask the store for", async () => {
    await using redis = await testRedis();
    await using both = await twoServices(redis, unlimited);
    await both.one.fill("f/a");
    await both.one.ask("/list?path=f");
    const before = both.store.calls.length;
    const told = await both.other.ask("/list?path=f");
    expect([told.json?.data, both.store.calls.length]).toMatchObject([{ filesCount: 1 }, before]);
  });

  test("they count a client's requests together", async () => {
    await using redis = await testRedis();
    await using both = await twoServices(redis, "--rate-limit", "3/min", "--rate-burst", "3");
    const statuses: number[] = [];
    for (const files of [both.one, both.other, both.one, both.other]) {
      statuses.push((await files.ask("/list")).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test("without Redis each goes on by itself", async () => {
    await using redis = await testRedis();
    await using both = await twoServices(redis, "--rate-burst", "30");
    await redis.kill();
    await both.one.fill("f/a");
    expect((await both.one.ask("/list?path=f")).json?.data).toMatchObject({ filesCount: 1 });
    await both.one.ask("/delete?path=f/a", { method: "DELETE" });
    expect((await both.one.ask("/list?path=f")).json?.data).toMatchObject({ filesCount: 0 });
  });
});
