import { expect, test } from "bun:test";
import { rawClient } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/s3";
import { memoryDisk } from "../testing/memory-disk.ts";
import { outcomeOf, testStore } from "./testing/test-store.ts";

test("of two that upload at once to be the first, one is", async () => {
  await using store = testStore();
  const headers: readonly Field[] = [
    ["content-length", "4"],
    ["expect", "100-continue"],
    ["if-none-match", "*"],
  ];
  const begin = async (body: string) => {
    const client = await rawClient(Number(store.url.port));
    client.send(store.client.head("PUT", "/bucket/first", { headers, body }));
    await client.receive("100 Continue");
    return client;
  };
  using early = await begin("fast");
  using late = await begin("slow");
  early.send("fast");
  await early.receive("HTTP/1.1 200");
  late.send("slow");
  expect(await late.receive("</Error>")).toContain("PreconditionFailed");
  expect(await (await store.client.send("GET", "/bucket/first")).text()).toBe("fast");
});

test("a copy that comes too late takes no room", async () => {
  const disk = memoryDisk({ maxBytes: 40, pieceBytes: 10 });
  const duplicate = disk.duplicate.bind(disk);
  const both = Promise.withResolvers<void>();
  let copies = 0;
  Object.assign(disk, {
    duplicate: async (...args: Parameters<typeof duplicate>) => {
      copies += 1;
      if (copies === 2) both.resolve();
      await both.promise;
      return duplicate(...args);
    },
  });
  await using store = testStore({ disk });
  await store.client.send("PUT", "/bucket/source", { body: "0123456789" });
  const headers: readonly Field[] = [
    ["x-amz-copy-source", "/bucket/source"],
    ["if-none-match", "*"],
  ];
  const copy = () => store.client.send("PUT", "/bucket/copy", { headers });
  const outcomes = await Promise.all((await Promise.all([copy(), copy()])).map(outcomeOf));
  expect(outcomes.sort()).toEqual(["200", "412 PreconditionFailed"]);
  const rest = await store.client.send("PUT", "/bucket/rest", { body: "x".repeat(20) });
  expect(rest.status).toBe(200);
});

test("an upload that fails takes no room", async () => {
  await using store = testStore({ memory: { maxBytes: 10 } });
  const put = (headers: readonly Field[]) =>
    store.client.send("PUT", "/bucket/key", { body: "12345678", headers });
  for (const _time of [1, 2]) {
    const wrong = await put([["content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="]]);
    expect(await outcomeOf(wrong)).toBe("400 BadDigest");
  }
  expect((await put([])).status).toBe(200);
});

test("a body longer than it was said to be is refused", async () => {
  await using store = testStore();
  const headers = [["x-amz-decoded-content-length", "3"]] as const;
  const answer = await store.client.send("PUT", "/bucket/key", { body: "12345", headers });
  expect(await outcomeOf(answer)).toBe("400 IncompleteBody");
  expect((await store.client.send("GET", "/bucket/key")).status).toBe(404);
});
