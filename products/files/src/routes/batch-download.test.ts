import { expect, test } from "bun:test";
import { filesService } from "../testing/files-service.ts";

test("a batch that is asked for again is answered alike, until one of its files is gone", async () => {
  await using files = await filesService();
  await files.fill("a", "b", "c");
  const paths = ["a", "b"];
  const first = await files.post("/batch-download", { paths });
  for (const _turn of ["made", "kept", "kept again"]) {
    const { text, status } = await files.post("/batch-download", { paths });
    expect([status, text]).toEqual([200, first.text]);
  }
  await files.ask("/delete?path=c", { method: "DELETE" });
  expect((await files.post("/batch-download", { paths })).text).toBe(first.text);
  await files.ask("/delete?path=b", { method: "DELETE" });
  const { json } = await files.post("/batch-download", { paths });
  expect(json?.data).toMatchObject({ totalSuccess: 1, totalFailed: 1 });
});

test("two tenants who ask alike get links of their own", async () => {
  const keys = JSON.stringify([
    { key: "key-of-a", owner: "a", scopes: ["read"], tenant: "a" },
    { key: "key-of-b", owner: "b", scopes: ["read"], tenant: "b" },
  ]);
  const flags = ["--disable-rate-limiter", "--host", "127.0.0.1", "--api-keys", keys];
  await using files = await filesService({ flags });
  await files.fill("a/x", "b/x");
  for (const _turn of ["made", "kept", "kept again"]) {
    for (const tenant of ["a", "b"]) {
      const headers = { "x-api-key": `key-of-${tenant}` };
      const { text } = await files.post("/batch-download", { paths: ["x"] }, { headers });
      expect(text).toContain(`/memory/${tenant}/x?`);
    }
  }
});

test("another page of the same batch is indented if it is to be", async () => {
  await using files = await filesService();
  await files.fill("a");
  const ask = (query: string) => files.post(`/batch-download${query}`, { paths: ["a"] });
  const [, plain, pretty] = [await ask(""), await ask(""), await ask("?pretty")];
  expect(pretty.text).toContain('\n  "status": "Success"');
  expect(pretty.json).toEqual(plain.json!);
});
