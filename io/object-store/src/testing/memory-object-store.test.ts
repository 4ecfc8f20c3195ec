import { describe, expect, test } from "bun:test";
import { ObjectStoreError } from "../object-store-error.ts";
import { caught } from "./caught.ts";
import { type FaultPlan, memoryObjectStore } from "./memory-object-store.ts";
import { testObjectStore } from "./object-store-contract.ts";

testObjectStore("the store in memory", async ({ hasBucket }) =>
  memoryObjectStore({ epochMs: Date.now, hasBucket }),
);

describe("a fault plan", () => {
  const overloaded = new ObjectStoreError("overloaded", "Too much");
  const storeWith = (faults: FaultPlan) => memoryObjectStore({ epochMs: () => 0, faults });

  test("fails a call before it did anything", async () => {
    const store = storeWith(({ ordinal }) => (ordinal === 1 ? { error: overloaded } : undefined));
    expect(await caught(store.put("key", "x"))).toBe(overloaded);
    expect(await store.head("key")).toBeUndefined();
    expect(store.calls.map(({ operation }) => operation)).toEqual(["PutObject", "HeadObject"]);
  });

  test("loses an answer", async () => {
    const store = storeWith(({ operation }) =>
      operation === "PutObject" ? { error: overloaded, when: "after" } : undefined,
    );
    expect(await caught(store.put("key", "x"))).toBe(overloaded);
    expect(store.contents.get("key")?.info.bytes).toBe(1);
  });

  test("breaks a body off", async () => {
    const store = storeWith(({ operation }) =>
      operation === "GetObject" ? { error: overloaded, afterBodyBytes: 2 } : undefined,
    );
    await store.put("key", "text");
    const found = await store.get("key");
    expect(await caught(found!.toBytes())).toBe(overloaded);
  });

  test("holds a call up, which can still be given up", async () => {
    const giveUp = new AbortController();
    const store = storeWith(() => new Promise(() => {}));
    const head = caught(store.head("key", { signal: giveUp.signal }));
    giveUp.abort();
    expect((await head).code).toBe("aborted");
  });
});
