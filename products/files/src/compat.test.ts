import { expect, test } from "bun:test";
import { filesService, type TestFiles } from "./testing/files-service.ts";

/** What `--compat` answers as the original did, and what is mended all the same. */
const compat = (...more: readonly string[]): Promise<TestFiles> =>
  filesService({ flags: ["--disable-rate-limiter", "--compat", ...more] });

const failure = (message: string) => ({
  status: "Failure",
  response_code: 500,
  error_message: message,
});

test.each([
  ["GET", "/download", undefined, 500],
  ["DELETE", "/delete", undefined, 500],
  ["POST", "/create-folder", undefined, 400],
  ["POST", "/batch-download", '{"paths":[]}', 400],
  ["POST", "/batch-download", "", 400],
  ["POST", "/batch-download", "{", 400],
  ["GET", "/list?pageSize=-1", undefined, 500],
])("compat: %s %s of %p is HTTP %d with the code 500 in its body", async (...given) => {
  const [method, path, body, status] = given;
  await using files = await compat();
  const headers = { "content-type": "application/json" };
  const told = await files.ask(path, { method, ...(body !== undefined && { body, headers }) });
  expect([told.status, Object.keys(told.json!)]).toEqual([
    status,
    ["status", "response_code", "error_message"],
  ]);
  expect(told.json?.response_code).toBe(500);
});

test("compat: 101 paths, no paths and the wrong type are told in the original's words", async () => {
  await using files = await compat();
  const paths = Array.from({ length: 101 }, (_, index) => `f/${index}`);
  expect((await files.post("/batch-download", { paths })).json).toEqual(
    failure("maximum 100 files allowed per batch"),
  );
  expect((await files.post("/batch-download", {})).json).toEqual(failure("no paths provided"));
  const text = await files.ask("/batch-download", { method: "POST", body: "x" });
  expect([text.status, text.json]).toEqual([
    400,
    failure("code=415, message=Unsupported Media Type"),
  ]);
});

test("compat: a link is made for what is not there, and a batch never fails as a whole", async () => {
  await using files = await compat();
  expect((await files.ask("/download?path=none")).status).toBe(200);
  const { json } = await files.post("/batch-download", { paths: ["none"] });
  expect(json).toMatchObject({ status: "Success", data: { totalSuccess: 1, totalFailed: 0 } });
});

test("compat: an empty list is null, false is left out, and a page has one more", async () => {
  await using files = await compat();
  expect((await files.ask("/list?path=none")).json?.data).toEqual({
    data: null,
    isLastPage: true,
  });
  await files.fill("a", "b", "c", "d");
  const { json } = await files.ask("/list?pageSize=2");
  const { data, ...rest } = json!.data as { readonly data: readonly unknown[] };
  expect(data).toHaveLength(3);
  expect(rest).toEqual({
    nextPageToken: expect.any(String) as string,
    noOfRecordsReturned: 3,
    filesCount: 3,
  });
});

test("compat: 404, 405 and 429 are those of its framework", async () => {
  await using files = await filesService({ flags: ["--compat", "--rate-burst", "2"] });
  const unknown = await files.ask("/nowhere");
  expect([unknown.status, unknown.text]).toEqual([404, '{"message":"Not Found"}\n']);
  const method = await files.ask("/list", { method: "PUT" });
  expect([method.status, method.text]).toEqual([405, '{"message":"Method Not Allowed"}\n']);
  expect(method.headers.get("allow")).toContain("GET");
  const limited = await files.ask("/list");
  expect([limited.status, limited.text]).toEqual([429, "null\n"]);
  expect(limited.headers.get("retry-after")).toBe("1");
});

test("compat: folders have a date, which is now", async () => {
  await using files = await compat();
  await files.fill("f/a");
  const { json } = await files.ask("/list-folders");
  const [folder] = json as unknown as readonly { readonly lastModified: string }[];
  expect(folder?.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});
