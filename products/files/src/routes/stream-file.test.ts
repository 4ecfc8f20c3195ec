import { describe, expect, test } from "bun:test";
import { filesService } from "../testing/files-service.ts";

const content = "0123456789".repeat(30_000);

async function withFile() {
  const files = await filesService();
  await files.store.put("dir/a file.txt", content, { contentType: "text/plain" });
  const info = (await files.store.head("dir/a file.txt"))!;
  const path = "/files/dir/a%20file.txt";
  const get = (headers: Record<string, string>, method = "GET") =>
    files.ask(path, { headers, method });
  const modified = new Date(info.modifiedMs).toUTCString();
  return {
    files,
    get,
    etag: `"${info.etag}"`,
    modified,
    path,
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

test("a file is sent whole, with what is known of it", async () => {
  await using on = await withFile();
  const { status, headers, text } = await on.get({});
  expect([status, text === content]).toEqual([200, true]);
  expect(headers.get("content-type")).toBe("text/plain");
  expect(headers.get("content-length")).toBe("300000");
  expect(headers.get("etag")).toBe(on.etag);
  expect(headers.get("last-modified")).toBe(on.modified);
  expect(headers.get("accept-ranges")).toBe("bytes");
});

test("HEAD tells the same and reads nothing of the file", async () => {
  await using on = await withFile();
  const { status, headers, text } = await on.get({}, "HEAD");
  expect([status, headers.get("content-length"), text]).toEqual([200, "300000", ""]);
  expect(on.files.store.calls.map(({ operation }) => operation)).not.toContain("GetObject");
});

describe("ranges (RFC 9110 14)", () => {
  test.each([
    ["bytes=0-9", 206, "bytes 0-9/300000", "0123456789"],
    ["bytes=299995-", 206, "bytes 299995-299999/300000", "56789"],
    ["bytes=-3", 206, "bytes 299997-299999/300000", "789"],
    ["bytes=299999-999999", 206, "bytes 299999-299999/300000", "9"],
  ])("%s is %d %s", async (range, status, contentRange, text) => {
    await using on = await withFile();
    const told = await on.get({ range });
    expect([told.status, told.headers.get("content-range"), told.text]).toEqual([
      ...[status, contentRange, text],
    ]);
  });

  test.each(["bytes=300000-", "bytes=-0"])("%s is 416", async (range) => {
    await using on = await withFile();
    const { status, headers, json } = await on.get({ range });
    expect([status, headers.get("content-range")]).toEqual([416, "bytes */300000"]);
    expect(json?.code).toBe("bad_range");
  });

  test.each(["bytes=0-1,3-4", "lines=1-2", "bytes=9-3"])("%s is as none", async (range) => {
    await using on = await withFile();
    expect((await on.get({ range })).status).toBe(200);
  });

  test("If-Range of another state sends the whole", async () => {
    await using on = await withFile();
    expect((await on.get({ range: "bytes=0-1", "if-range": '"other"' })).status).toBe(200);
    expect((await on.get({ range: "bytes=0-1", "if-range": on.etag })).status).toBe(206);
  });
});

describe("conditions (RFC 9110 13)", () => {
  test.each([
    ["if-none-match", "etag", 304],
    ["if-none-match", '"other"', 200],
    ["if-none-match", "*", 304],
    ["if-match", '"other"', 412],
    ["if-match", "etag", 200],
    ["if-modified-since", "modified", 304],
    ["if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 412],
  ])("%s: %s is %d", async (name, given, status) => {
    await using on = await withFile();
    const value = given === "etag" || given === "modified" ? on[given] : given;
    const told = await on.get({ [name]: value });
    expect(told.status).toBe(status);
    expect(told.status === 304 ? told.text : "").toBe("");
  });
});

test("what is not there is 404, before and after it is read", async () => {
  await using on = await withFile();
  expect((await on.files.ask("/files/none")).status).toBe(404);
  expect((await on.files.ask("/files/none", { headers: { range: "bytes=0-" } })).status).toBe(404);
});

test("a page that somebody uploaded cannot act in the name of who looks at it", async () => {
  await using files = await filesService();
  await files.store.put("x.html", "<script>1</script>", { contentType: "text/html" });
  const { headers } = await files.ask("/files/x.html");
  expect(headers.get("content-security-policy")).toBe("sandbox");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
});

test("?download has it saved under its name", async () => {
  await using files = await filesService();
  await files.fill("a/é (1).txt");
  const { headers } = await files.ask("/files/a/%C3%A9%20(1).txt?download=1");
  expect(headers.get("content-disposition")).toBe(
    "attachment; filename*=UTF-8''%C3%A9%20%281%29.txt",
  );
});
