import { describe, expect, test } from "bun:test";
import { ObjectStoreError, type ObjectStoreErrorCode } from "@breakwater/object-store";
import {
  type Envelope,
  filesService,
  settingsOf,
  type TestFiles,
} from "./testing/files-service.ts";

/** What section 7.1 of the notes found wrong in the original, each by its number. */

const profiled = ["--disable-rate-limiter", "--enable-profiling"];

interface Listing {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly nextPageToken?: string;
  readonly isLastPage: boolean;
  readonly noOfRecordsReturned: number;
  readonly filesCount: number;
  readonly foldersCount: number;
}

const listing = async (files: TestFiles, path: string, init?: RequestInit): Promise<Listing> =>
  (await files.ask(path, init)).json?.data as Listing;
const namesOf = ({ data }: Listing) => data.map(({ name }) => name);
const remove = (files: TestFiles, path: string) => files.ask(path, { method: "DELETE" });

test("7.1-1: deleting the folder with the empty path is refused, and nothing is deleted", async () => {
  await using files = await filesService({ flags: ["--disable-rate-limiter", "--compat"] });
  await files.fill("a", "b/c");
  expect((await remove(files, "/delete-folder?path=")).status).toBe(500);
  expect((await remove(files, "/delete-folder")).status).toBe(500);
  expect([...files.store.contents.keys()]).toEqual(["a", "b/c"]);
});

test("7.1-2: folder delete deletes all, 1,000 to a request, and nothing beside", async () => {
  await using files = await filesService();
  const many = Array.from({ length: 2500 }, (_, index) => `f/${index % 7}/${index}`);
  await files.fill("f/", "f/x", "fx", ...many);
  const told = await remove(files, "/delete-folder?path=f");
  expect([told.status, told.json?.data]).toEqual([200, "Folder deleted successfully"]);
  expect([...files.store.contents.keys()]).toEqual(["fx"]);
  const deletes = files.store.calls.filter(({ operation }) => operation.startsWith("Delete"));
  expect(deletes.length).toBeLessThan(10);
});

test("7.1-2: files that the store keeps are told, not passed over", async () => {
  const refusal = new ObjectStoreError("access_denied", "no", { detail: "AccessDenied secret" });
  await using files = await filesService({
    faults: ({ operation }) => (operation === "DeleteObjects" ? { error: refusal } : undefined),
  });
  await files.fill("f/a");
  const told = await remove(files, "/delete-folder?path=f");
  expect([told.status, told.json?.code]).toEqual([502, "store_refused"]);
  expect(told.text).not.toContain("secret");
});

test("7.1-3: list-folders shows all folders, with and without a marker, once each", async () => {
  await using files = await filesService();
  const many = Array.from({ length: 2100 }, (_, index) => `deep/${index}/file`);
  await files.fill("/s/x", "a/b/c/d.txt", "a/b/e.txt", "a/x/", "z", ...many);
  const all = (await files.ask("/list-folders")).json as unknown as Listing["data"];
  const names = all.map(({ name }) => name);
  expect(names.slice(0, 6)).toEqual(["/", "/s/", "a/", "a/b/", "a/b/c/", "a/x/"]);
  expect([names.length, new Set(names).size]).toEqual([2107, 2107]);
  const below = await files.ask("/list-folders?path=a/b");
  expect(below.json).toEqual([
    { name: "a/b/c/", isFolder: true, size: 0, lastModified: null },
  ] as unknown as Envelope);
});

test("7.1-3: an error of the store is no empty list", async () => {
  await using files = await filesService({
    faults: () => ({ error: new ObjectStoreError("unreachable", "x") }),
  });
  expect((await files.ask("/list-folders")).status).toBe(502);
});

test("7.1-4: what is downloaded has its own type, also where it was stored without one", async () => {
  await using files = await filesService();
  await files.store.put("a.pdf", "%PDF", { contentType: "binary/octet-stream" });
  await files.store.put("b", "text", { contentType: "text/plain" });
  const types = ["a.pdf", "b"].map(async (name) => {
    const { headers } = await files.ask(`/files/${name}`);
    return headers.get("content-type");
  });
  expect(await Promise.all(types)).toEqual(["application/pdf", "text/plain"]);
  expect((await files.ask("/download?path=a.pdf")).text).not.toContain("image");
});

test.each([
  ["15", 900],
  ["90s", 90],
  ["1h", 3600],
])("7.1-5: DOWNLOAD_URL_TIME_LIMIT %s is what links are good for", async (limit, seconds) => {
  const flags = ["--disable-rate-limiter", "--download-url-time-limit", limit];
  await using files = await filesService({ flags });
  await files.fill("a");
  expect((await files.ask("/download?path=a")).text).toContain(`X-Amz-Expires=${seconds}"`);
});

test("7.1-5: a link does not outlive its file's deletion", async () => {
  await using files = await filesService();
  await files.fill("a");
  expect((await files.ask("/download?path=a")).status).toBe(200);
  await remove(files, "/delete?path=a");
  expect((await files.ask("/download?path=a")).status).toBe(404);
});

test("7.1-6: there is no link to a file that is not there", async () => {
  await using files = await filesService();
  const told = await files.ask("/download?path=none");
  expect([told.status, told.json?.code]).toEqual([404, "not_found"]);
});

describe("7.1-7: status codes say what happened, in the body as well", () => {
  test.each([
    ["a path that is missing", "/download", "GET", undefined, 400, "bad_path"],
    ["a folder without a name", "/create-folder", "POST", undefined, 400, "bad_path"],
    [
      "a body of another type",
      "/batch-download",
      "POST",
      "text/plain",
      415,
      "unsupported_media_type",
    ],
    [
      "a body that is no JSON",
      "/batch-download",
      "POST",
      "application/json",
      400,
      "malformed_json",
    ],
  ] as const)("%s", async (_what, path, method, type, status, code) => {
    await using files = await filesService();
    const sent = type === undefined ? {} : { body: "{", headers: { "content-type": type } };
    const { json, ...told } = await files.ask(path, { method, ...sent });
    expect([told.status, json?.response_code, json?.code]).toEqual([status, status, code]);
  });

  test("a batch of which all failed is a failure, with what failed in it", async () => {
    await using files = await filesService();
    const { status, json } = await files.post("/batch-download", { paths: ["x", "y"] });
    expect([status, json?.status, json?.code]).toEqual([404, "Failure", "not_found"]);
    expect(json?.data).toMatchObject({ totalSuccess: 0, totalFailed: 2 });
  });
});

test("7.1-8: a listing is exact: empty files are files, nothing is null or left out", async () => {
  await using files = await filesService();
  await files.store.put("empty", "");
  await files.fill("f/x", "a", "b");
  const page = await listing(files, "/list?pageSize=2");
  expect(page).toMatchObject({ isLastPage: false, noOfRecordsReturned: 2 });
  const rest = await listing(files, "/list?pageSize=2", {
    headers: { "x-next": page.nextPageToken! },
  });
  expect(namesOf(page)).toEqual(["a", "b"]);
  expect(namesOf(rest)).toEqual(["f/", "empty"]);
  expect(rest.data[1]).toMatchObject({ isFolder: false, size: 0 });
  expect(rest.data[0]).toEqual({ name: "f/", isFolder: true, size: 0, lastModified: null });
  expect(await listing(files, "/list?path=none")).toEqual({
    ...{ data: [], isLastPage: true, noOfRecordsReturned: 0, filesCount: 0, foldersCount: 0 },
  });
  const next = `/list?pageSize=2&next=${encodeURIComponent(page.nextPageToken!)}`;
  expect(await listing(files, next)).toEqual(rest);
});

test("7.1-11: 300 who list at once cost the store one call, until something changes", async () => {
  await using files = await filesService();
  await files.fill("f/a");
  const all = files.store.calls;
  const listed = () => all.filter(({ operation }) => operation === "ListObjectsV2").length;
  // The service looks for unfinished uploads when it starts.
  const before = listed();
  await Promise.all(Array.from({ length: 300 }, () => files.ask("/list?path=f")));
  expect(listed() - before).toBe(1);
  await remove(files, "/delete?path=f/a");
  expect((await listing(files, "/list?path=f")).data).toEqual([]);
  expect(listed() - before).toBe(2);
});

describe("7.1-12: the rate limit", () => {
  const flags = ["--rate-limit", "10/s", "--rate-burst", "3", "--cors-origins", "*"];

  test("tells when to come back, in JSON, and is not fooled by X-Forwarded-For", async () => {
    await using files = await filesService({ flags });
    const told = [];
    for (let count = 0; count < 4; count += 1) {
      const headers = { "x-forwarded-for": `192.0.2.${count}` };
      told.push(await files.ask("/list", { headers }));
    }
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const { headers, json } = told[3]!;
    expect(json).toMatchObject({ status: "Failure", response_code: 429 });
    expect(json?.code).toBe("rate_limit_exceeded");
    expect([headers.get("retry-after"), headers.has("ratelimit")]).toEqual(["1", true]);
  });

  test("lets health checks and preflights pass", async () => {
    await using files = await filesService({ flags });
    const preflight = {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "DELETE" },
    };
    for (let count = 0; count < 10; count += 1) {
      expect((await files.ask("/ping")).status).toBe(200);
      expect((await files.ask("/health")).status).toBe(200);
      expect((await files.ask("/delete", preflight)).status).toBe(204);
    }
  });
});

test("7.1-13: metrics count what was answered, in a bounded number of rows", async () => {
  await using files = await filesService({ flags: profiled });
  for (let count = 0; count < 20; count += 1) await files.ask(`/nowhere/${count}`);
  await files.ask("/list", { method: "PUT" });
  await files.ask("/ping");
  const figures = (await files.ask("/metrics/requests")).json!;
  expect(figures).toMatchObject({ total_requests: 22, total_errors: 21, active_requests: 1 });
  expect(figures["endpoint_counts"]).toEqual({ unmatched: 20, "PUT /list": 1, "GET /ping": 1 });
  expect(figures["status_codes"]).toEqual({ 200: 1, 404: 20, 405: 1 });
  expect(figures["avg_latency_ms"]).toBeGreaterThan(0);
  expect(figures["p95_latency_ms"]).toBeGreaterThan(0);
  await files.ask("/metrics/reset", { method: "POST" });
  const after = (await files.ask("/metrics/requests")).json!;
  expect(after).toMatchObject({ total_requests: 1, active_requests: 1 });
});

describe("7.1-14: figures and profiles", () => {
  const paths = ["/metrics/memory", "/metrics/requests", "/debug/pprof/", "/debug/pprof/heap"];

  test("are not there unless they are asked for; /health always is", async () => {
    await using files = await filesService();
    for (const path of paths) expect((await files.ask(path)).status).toBe(404);
    expect((await files.ask("/health")).json).toEqual({ status: "ok" });
  });

  test("are for the scope admin where there are keys", async () => {
    const keys = JSON.stringify([
      { key: "reader-key", owner: "reader", scopes: ["read"] },
      { key: "admin-key", owner: "boss", scopes: ["admin"] },
    ]);
    await using files = await filesService({
      flags: [...profiled, "--api-keys", keys, "--host", "127.0.0.1"],
    });
    const statuses = async (headers: Readonly<Record<string, string>>) =>
      (await files.ask("/metrics/memory", { headers })).status;
    expect(await statuses({})).toBe(401);
    expect(await statuses({ "x-api-key": "reader-key" })).toBe(403);
    expect(await statuses({ "x-api-key": "admin-key" })).toBe(200);
    expect((await files.ask("/debug/gc", { method: "POST" })).status).toBe(401);
    expect((await files.ask("/metrics/reset", { method: "POST" })).status).toBe(401);
  });

  test("/debug/gc, memory and the heap are told in the original's words", async () => {
    await using files = await filesService({ flags: profiled });
    const { json } = await files.ask("/debug/gc", { method: "POST" });
    expect(json?.status).toBe("gc_triggered");
    const memory = json?.["memory"] as Readonly<Record<string, unknown>>;
    for (const name of ["alloc_mb", "sys_mb", "total_alloc_mb", "heap_in_use_mb", "goroutines"]) {
      expect(memory[name]).toBeGreaterThan(0);
    }
    expect(memory["num_gc"]).toBeGreaterThanOrEqual(0);
    expect((await files.ask("/health")).json).toMatchObject({ status: "ok", memory: {} });
    const profile = await files.ask("/debug/pprof/profile?seconds=0.05");
    expect(profile.headers.get("content-disposition")).toContain(".cpuprofile");
    expect((await files.ask("/debug/pprof/goroutine?debug=1")).text).toContain("total 2");
  });
});

test("7.1-15: results of a batch are in the order of its paths", async () => {
  await using files = await filesService();
  const paths = Array.from({ length: 60 }, (_, index) => `f/${index}`);
  await files.fill(...paths);
  await files.ask("/download?path=f/31");
  const { json } = await files.post("/batch-download", { paths });
  const { files: items } = json!.data as { readonly files: readonly { readonly path: string }[] };
  expect(items.map(({ path }) => path)).toEqual(paths);
});

describe("7.1-16: what the store says is not for clients", () => {
  const secret = "AKIA123: the SDK's own words";
  const cases: readonly (readonly [ObjectStoreErrorCode, number, string])[] = [
    ["bad_request", 400, "bad_request"],
    ["access_denied", 502, "store_refused"],
    ["no_such_bucket", 502, "store_refused"],
    ["overloaded", 503, "store_overloaded"],
    ["unreachable", 502, "store_unreachable"],
    ["timeout", 504, "store_timeout"],
    ["store_full", 507, "store_full"],
    ["store_failed", 502, "store_failed"],
    ["corrupted", 460, "corrupted"],
  ];

  test.each(cases)("%s is %d %s", async (storeCode, status, code) => {
    const error = new ObjectStoreError(storeCode, secret, { detail: secret });
    await using files = await filesService({ faults: () => ({ error }) });
    for (const [path, method] of [
      ["/list", "GET"],
      ["/download?path=a", "GET"],
      ["/files/a", "GET"],
      ["/delete?path=a", "DELETE"],
      ["/delete-folder?path=a", "DELETE"],
      ["/create-folder?path=a", "POST"],
    ]) {
      const told = await files.ask(path!, { method: method! });
      expect([told.status, told.json?.code, path]).toEqual([status, code, path!]);
      expect(told.text).not.toContain("AKIA");
      expect(told.headers.get("retry-after")).toBe(status === 503 ? "1" : null);
    }
    const { json } = await files.post("/batch-download", { paths: ["a"] });
    expect([json?.code, JSON.stringify(json).includes("AKIA")]).toEqual([code, false]);
  });
});

test("the settings that tests use are those of the command line", () => {
  expect(settingsOf("--download-url-time-limit", "300").downloadUrlTimeLimit).toBe(18_000_000);
});
