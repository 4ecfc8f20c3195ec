import { describe, expect, test } from "bun:test";
import { filesService } from "./testing/files-service.ts";

const remove = { method: "DELETE" };
const create = { method: "POST" };

test.each([
  ["/ping", '{"message":"pong"}\n'],
  ["/ping?pretty", '{\n  "message": "pong"\n}\n'],
  ["/ping?x=pretty", '{"message":"pong"}\n'],
  ["/list-folders", "[]\n"],
  [
    "/list",
    '{"status":"Success","response_code":200,"data":{"data":[],"isLastPage":true,' +
      '"noOfRecordsReturned":0,"filesCount":0,"foldersCount":0}}\n',
  ],
])("%s is answered byte by byte as clients know it", async (path, text) => {
  await using files = await filesService();
  const told = await files.ask(path);
  expect([told.status, told.text]).toEqual([200, text]);
  expect(told.headers.get("content-type")).toBe("application/json; charset=UTF-8");
});

test("a link names the file, and its URL is the store's", async () => {
  await using files = await filesService();
  await files.fill("a/é & 漢.txt");
  const told = await files.ask(`/download?path=${encodeURIComponent("a/é & 漢.txt")}`);
  expect(told.json?.data).toEqual({
    fileName: "é & 漢.txt",
    url: `http://memory.invalid/memory/a/${encodeURIComponent("é & 漢.txt")}?method=GET&X-Amz-Expires=900`,
  });
  const redirected = await files.ask(`/download?redirect=1&path=a/%C3%A9+%26+漢.txt`);
  const { url } = told.json!.data as { readonly url: string };
  expect([redirected.status, redirected.headers.get("location")]).toEqual([302, url]);
});

test("a listing shows folders first, then files with their links", async () => {
  await using files = await filesService();
  await files.fill("f/", "f/sub/x", "f/a");
  const { json } = await files.ask("/list?path=f");
  const { modifiedMs } = (await files.store.head("f/a"))!;
  expect(json?.data).toEqual({
    data: [
      { name: "f/sub/", isFolder: true, size: 0, lastModified: null },
      {
        name: "f/a",
        isFolder: false,
        size: 14,
        lastModified: new Date(modifiedMs).toISOString(),
        downloadLink: "http://memory.invalid/memory/f/a?method=GET&X-Amz-Expires=900",
      },
    ],
    ...{ isLastPage: true, noOfRecordsReturned: 2, filesCount: 1, foldersCount: 1 },
  });
  const folders = await files.ask("/list?path=f&isFolder=1");
  expect(folders.json?.data).toMatchObject({ noOfRecordsReturned: 1, filesCount: 0 });
});

test("a folder is made as a marker, listed, and gone with all that is in it", async () => {
  await using files = await filesService();
  expect((await files.ask("/list")).json?.data).toMatchObject({ data: [] });
  const made = await files.ask("/create-folder?path=new", create);
  expect(made.json?.data).toBe("Folder created successfully");
  expect([...files.store.contents.keys()]).toEqual(["new/"]);
  expect((await files.ask("/list")).json?.data).toMatchObject({ foldersCount: 1 });
  await files.ask("/delete-folder?path=new", remove);
  expect((await files.ask("/list")).json?.data).toMatchObject({ foldersCount: 0 });
});

test("deleting what is not there is no error", async () => {
  await using files = await filesService();
  const told = await files.ask("/delete?path=none", remove);
  expect([told.status, told.json?.data]).toEqual([200, "File deleted successfully"]);
});

test("a batch tells of each file, found or not", async () => {
  await using files = await filesService();
  await files.fill("d/a", "ü");
  const paths = ["d/a", "none", "../x", "ü"];
  for (const _turn of ["made", "kept"]) {
    const { status, json } = await files.post("/batch-download", { paths });
    expect([status, json?.status]).toEqual([200, "Success"]);
    const link = (path: string) => ({
      ...{ path, fileName: path.slice(path.indexOf("/") + 1), success: true },
      url: `http://memory.invalid/memory/${encodeURI(path)}?method=GET&X-Amz-Expires=900`,
    });
    expect(json?.data).toEqual({
      files: [
        link("d/a"),
        {
          path: "none",
          fileName: "none",
          error: 'Cannot find "none"',
          code: "not_found",
          success: false,
        },
        expect.objectContaining({ path: "../x", code: "bad_path", success: false }) as object,
        link("ü"),
      ],
      ...{ totalSuccess: 2, totalFailed: 2 },
    });
  }
});

test("a batch whose files are all kept is as one whose links are made", async () => {
  await using files = await filesService();
  const paths = Array.from({ length: 100 }, (_, index) => `${"ö".repeat(index % 9)}/${index}`);
  await files.fill(...paths);
  const made = await files.post("/batch-download", { paths });
  const kept = await files.post("/batch-download", { paths });
  expect(kept.text).toBe(made.text);
  const long = Array.from({ length: 100 }, (_, index) => `${"x".repeat(1000)}${index}`);
  await files.fill(...long);
  const first = await files.post("/batch-download", { paths: long });
  const second = await files.post("/batch-download", { paths: long });
  expect([second.text === first.text, second.text.length > 65_536]).toEqual([true, true]);
});

describe("what cannot be a path is refused with 400 and a stable code", () => {
  const long = "x".repeat(1025);
  test.each([
    ["..", "%2e%2e/secret"],
    [".. within", "a/../b"],
    ["a dot", "a/./b"],
    ["NUL", "a%00b"],
    ["a control character", "a%1fb"],
    ["DEL", "a%7fb"],
    ["1,025 bytes", long],
    ["1,026 bytes of é", "%C3%A9".repeat(513)],
    ["the service's own", ".breakwater/tus/x"],
  ])("%s", async (_what, path) => {
    await using files = await filesService();
    for (const [route, method] of [
      ["/download", "GET"],
      ["/list", "GET"],
      ["/list-folders", "GET"],
      ["/delete", "DELETE"],
      ["/delete-folder", "DELETE"],
      ["/create-folder", "POST"],
    ]) {
      const told = await files.ask(`${route!}?path=${path}`, { method: method! });
      expect([route!, told.status, told.json?.code]).toEqual([route!, 400, "bad_path"]);
    }
    expect(files.store.contents.size).toBe(0);
  });

  test("invalid UTF-8, in the query, in the path and in JSON", async () => {
    await using files = await filesService();
    expect((await files.ask("/download?path=a%ffb")).json?.code).toBe("bad_request");
    expect((await files.ask("/files/a%ffb")).json?.code).toBe("bad_path");
    const { json } = await files.post("/batch-download", '{"paths":["\\ud800"]}');
    expect(json).toMatchObject({ code: "bad_path", response_code: 400 });
  });

  test("1,024 bytes are good", async () => {
    await using files = await filesService();
    const path = "x".repeat(1024);
    await files.fill(path);
    expect((await files.ask(`/download?path=${path}`)).status).toBe(200);
  });
});

test.each([
  ["101 paths", { paths: Array(101).fill("a") }, 400, "too_many_files"],
  ["no paths", { paths: [] }, 400, "bad_request"],
  ["numbers", { paths: [1] }, 400, "malformed_json"],
  ["null", null, 400, "malformed_json"],
  ["a list", ["a"], 400, "malformed_json"],
  ["a deep list", `{"paths":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, 400, "malformed_json"],
  ["deep beside paths", `{"x":${"[".repeat(99)}${"]".repeat(99)},"paths":["a"]}`, 404, "not_found"],
  ["a body of a megabyte and more", `"${"x".repeat(1_048_577)}"`, 413, "body_too_large"],
])("a batch of %s is told so", async (_what, body, status, code) => {
  await using files = await filesService();
  const told = await files.post("/batch-download", body);
  expect([told.status, told.json?.code, told.json?.status]).toEqual([status, code, "Failure"]);
});

test.each(["0", "1001", "-1", "x", "1e3"])("pageSize=%s is refused", async (size) => {
  await using files = await filesService();
  const told = await files.ask(`/list?pageSize=${size}`);
  expect([told.status, told.json?.code]).toEqual([400, "bad_request"]);
});

test("what the kit refuses is in the envelope, too", async () => {
  await using files = await filesService();
  const unknown = await files.ask("/nowhere");
  expect(unknown.json).toMatchObject({ status: "Failure", response_code: 404, code: "not_found" });
  const method = await files.ask("/list?pretty", { method: "PUT" });
  expect(method.json).toMatchObject({ response_code: 405, code: "method_not_allowed" });
  expect(method.text).toContain('{\n  "status"');
});

test("pages of others may use it when they are let, and only then", async () => {
  const origin = { headers: { origin: "https://a.example" } };
  await using closed = await filesService();
  expect((await closed.ask("/list", origin)).headers.has("access-control-allow-origin")).toBe(
    false,
  );
  await using open = await filesService({ flags: ["--cors-origins", "*"] });
  const { headers } = await open.ask("/list", origin);
  expect(headers.get("access-control-allow-origin")).toBe("*");
});
