import { describe, expect, test } from "bun:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf, type TestUserOptions, testUser } from "../../vu/testing/test-user.ts";
import type { RequestBody } from "./body.ts";
import type { Http } from "./http.ts";
import type { RequestParams } from "./params.ts";
import type { HttpResponse } from "./response.ts";
import { type Echo, echo, echoServer } from "./testing/echo-server.ts";

const clock = systemClock();

const openVu = (options: Omit<TestUserOptions, "clock"> = {}) => testUser({ clock, ...options });

/** What the server gets of one call. */
async function received(
  send: (http: Http, url: string) => Promise<HttpResponse>,
  options: Omit<TestUserOptions, "clock"> = {},
): Promise<Echo> {
  await using server = echoServer();
  using vu = openVu(options);
  const response = await vu.inside(({ http }) => send(http, `${server.url}p?q=1`));
  expect(response.error).toBe("");
  return response.json() as Echo;
}

test.each<[string, (http: Http, url: string) => Promise<HttpResponse>, Partial<Echo>]>([
  ["get", (http, url) => http.get(url), { method: "GET", path: "/p?q=1", body: "" }],
  ["post", (http, url) => http.post(url, "x"), { method: "POST", body: "x" }],
  ["put", (http, url) => http.put(url, "x"), { method: "PUT", body: "x" }],
  ["patch", (http, url) => http.patch(url, "x"), { method: "PATCH", body: "x" }],
  ["del", (http, url) => http.del(url), { method: "DELETE", body: "" }],
  ["options", (http, url) => http.options(url), { method: "OPTIONS", body: "" }],
  ["request", (http, url) => http.request("put", url, "x"), { method: "PUT", body: "x" }],
  ["a URL object", (http, url) => http.get(new URL(url)), { path: "/p?q=1" }],
  ["null for params", (http, url) => http.post(url, null, null), { method: "POST", body: "" }],
])("%s", async (_name, send, wanted) => {
  expect(await received(send)).toMatchObject(wanted);
});

test("head() has no body, and says what GET would have", async () => {
  await using server = echoServer();
  using vu = openVu();
  const response = await vu.inside(({ http }) => http.head(String(server.url)));
  expect([response.status, response.body]).toEqual([200, ""]);
  expect(Number(response.headers["Content-Length"])).toBeGreaterThan(10);
});

describe("headers", () => {
  const post = (params: RequestParams, body: RequestBody = "body") => {
    return received((http, url) => http.post(url, body, params));
  };

  test("there are few of our own", async () => {
    const { headers } = await received((http, url) => http.get(url));
    expect(headers).toEqual({
      host: expect.stringMatching(/^127.0.0.1:\d+$/),
      "user-agent": "test",
    });
  });

  test("those given are sent, and win over ours", async () => {
    const headers = { HOST: "app.test", "user-agent": "mine", "X-N": 5 as unknown as string };
    const sent = await post({ headers: { ...headers, "content-type": "a/b" } }, { a: 1 });
    expect(sent.headers).toMatchObject({
      host: "app.test",
      "user-agent": "mine",
      "x-n": "5",
      "content-type": "a/b",
    });
  });

  test.each([
    ["too short", { "Content-Length": "1" }],
    ["too long", { "content-length": "100" }],
    ["chunked", { "Transfer-Encoding": "chunked" }],
  ])("a framing of the script's own is dropped: %s", async (_name, headers) => {
    const sent = await post({ headers });
    expect([sent.body, sent.headers["content-length"]]).toEqual(["body", "4"]);
    expect(sent.headers).not.toHaveProperty("transfer-encoding");
  });

  test("no User-Agent when the options say so", async () => {
    const { headers } = await received((http, url) => http.get(url), {
      settings: { userAgent: "" },
    });
    expect(headers).not.toHaveProperty("user-agent");
  });

  test("name and password of the URL become basic authorization", async () => {
    const { headers } = await received((http, url) => {
      return http.get(url.replace("//", "//us%40er:p%C3%A4ss@"));
    });
    const basic = Buffer.from("us@er:päss").toString("base64");
    expect(headers.authorization).toBe(`Basic ${basic}`);
  });

  test.each<[string, string, RequestParams, string]>([
    ["a line end in a value", "GET", { headers: { A: "b\r\nC: d" } }, "Cannot send the value of A"],
    ["a line end in a name", "GET", { headers: { "A\n": "b" } }, "Cannot send the header name"],
    ["an empty name", "GET", { headers: { "": "b" } }, "Cannot send the header name"],
    [
      "a line end in a cookie",
      "GET",
      { cookies: { a: "b\r\n" } },
      "Cannot send the value of Cookie",
    ],
    ["a method with a blank", "GET /", {}, 'Cannot send the method "GET /"'],
    ["no method", "", {}, 'Cannot send the method ""'],
    ["a bad duration", "GET", { timeout: "5 parsecs" }, 'Cannot read "5 parsecs" as a duration'],
    [
      "an unknown type",
      "GET",
      { responseType: "json" as "text" },
      'Cannot give a response as "json"',
    ],
    ["bad tags", "GET", { tags: { a: {} as string } }, 'Cannot use the value of tag "a"'],
  ])("%s is refused and nothing is sent", async (_name, method, params, message) => {
    await using server = echoServer();
    using vu = openVu();
    const error = await caught(
      vu.inside(({ http }) => http.request(method, String(server.url), "", params)),
    );
    expect(messageOf(error)).toStartWith(message);
    expect([vu.values("http_reqs"), vu.values("data_sent")]).toEqual([[], [0]]);
  });
});

describe("bodies", () => {
  const stream = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(Buffer.from("one "));
        controller.enqueue(Buffer.from("two"));
        controller.close();
      },
    });

  test.each<[string, () => RequestBody, Partial<Echo>]>([
    ["a stream", stream, { body: "one two" }],
    ["a form", () => ({ b: 1, a: [2, 3] }), { body: "a=2&a=3&b=1" }],
    ["more than goes out at once", () => "x".repeat(300_000), { body: "x".repeat(300_000) }],
  ])("%s arrives", async (_name, body, wanted) => {
    expect(await received((http, url) => http.post(url, body()))).toMatchObject(wanted);
  });

  test("a file arrives as a form's file", async () => {
    await using server = echoServer({
      "/up": async (request) => {
        const file = (await request.formData()).get("up") as File;
        return new Response(`${file.name} ${await file.text()}`);
      },
    });
    using vu = openVu();
    const response = await vu.inside(({ http }) => {
      return http.post(`${server.url}up`, { up: http.file("data", "a.txt") });
    });
    expect(response.body).toBe("a.txt data");
  });

  test("compressed: the coding is said", async () => {
    await using server = echoServer({
      "/": async (request) => {
        const body = gunzipSync(await request.bytes());
        return new Response(`${request.headers.get("content-encoding")} ${Buffer.from(body)}`);
      },
    });
    using vu = openVu();
    const url = String(server.url);
    const response = await vu.inside(({ http }) => http.post(url, "x", { compression: "gzip" }));
    expect(response.body).toBe("gzip x");
  });

  test("compression without a body says nothing", async () => {
    const { headers } = await received((http, url) => http.get(url, { compression: "gzip" }));
    expect(headers).not.toHaveProperty("content-encoding");
  });

  test("a stream that fails is a failed request", async () => {
    await using server = echoServer();
    using vu = openVu();
    const body = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error("disk on fire")),
    });
    const response = await vu.inside(({ http }) => http.post(String(server.url), body));
    expect([response.status, response.error]).toEqual([0, expect.stringContaining("disk on fire")]);
  });
});

describe("responseType", () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff]);

  test.each<[string, RequestParams, unknown]>([
    ["text", {}, "a\ufffd"],
    ["binary", { responseType: "binary" }, bytes.buffer],
    ["none", { responseType: "none" }, null],
  ])("%s", async (_name, params, wanted) => {
    await using server = echoServer({ "/": () => new Response(bytes) });
    using vu = openVu();
    const response = await vu.inside(({ http }) => http.get(String(server.url), params));
    expect(response.body).toEqual(wanted as string);
  });

  test.each([
    ["gzip", gzipSync("hello")],
    ["zstd", zstdCompressSync("hello")],
  ])("binary is a copy of its own, also of what was compressed: %s", async (coding, sent) => {
    const headers = { "content-encoding": coding };
    await using server = echoServer({ "/": () => new Response(sent, { headers }) });
    using vu = openVu();
    const url = String(server.url);
    const response = await vu.inside(({ http }) => http.get(url, { responseType: "binary" }));
    expect(Buffer.from(response.body as ArrayBuffer).toString()).toBe("hello");
    expect((response.body as ArrayBuffer).byteLength).toBe(5);
  });

  test("discardResponseBodies drops bodies, but for calls that ask for theirs", async () => {
    await using server = echoServer({ "/": () => new Response("x") });
    using vu = openVu({ settings: { discardResponseBodies: true } });
    const bodies = await vu.inside(async ({ http }) => [
      (await http.get(String(server.url))).body,
      (await http.get(String(server.url), { responseType: "text" })).body,
    ]);
    expect(bodies).toEqual([null, "x"]);
    expect(vu.values("data_received")[0]).toBeGreaterThan(100);
  });

  test("a body that is not in its coding is a failed request, told once", async () => {
    await using server = echoServer({
      "/": () => new Response("plain", { headers: { "content-encoding": "gzip" } }),
    });
    using vu = openVu();
    const response = await vu.inside(({ http }) => http.get(String(server.url)));
    const error = 'Cannot undo the content coding "gzip": incorrect header check';
    expect(response).toMatchObject({ status: 0, error, error_code: 1701, body: null });
    expect(vu.warnings).toEqual([`Request failed: ${error}`]);
    const { value, tags } = vu.samples.find(({ name }) => name === "http_req_failed")!;
    expect([value, tags.status, tags.error, tags.error_code]).toEqual([1, "0", error, "1701"]);
  });
});

/** Where nothing listens. */
async function closedUrl(): Promise<string> {
  const server = echoServer();
  const url = String(server.url);
  await server.stop(true);
  return url;
}

const silent = { "/": () => new Promise<Response>(() => {}) };

describe("a failed request", () => {
  test("is a response with an error, and a line", async () => {
    using vu = openVu();
    const url = await closedUrl();
    const response = await vu.inside(({ http }) => http.get(url));
    expect(response).toMatchObject({ status: 0, error_code: 1212, body: null, status_text: "" });
    expect(response.headers).toEqual({});
    expect(vu.warnings).toEqual([`Request failed: ${response.error}`]);
    expect(vu.values("http_req_failed")).toEqual([1]);
  });

  test.each([
    ["relative", "/path", 1000],
    ["relative to nothing", "//host/path", 1000],
    ["of another scheme", "ftp://127.0.0.1/", 1000],
    ["made of a variable that is not set", "undefined/path", 1000],
    ["without a host", "http:///", 1000],
    ["empty", "", 1000],
    ["broken", "http://[bad", 1020],
    ["of an impossible port", "http://127.0.0.1:x/", 1020],
    ["no text at all", ":", 1020],
  ])("with a URL that is %s counts as k6 counts it", async (_name, url, errorCode) => {
    using vu = openVu();
    const response = await vu.inside(({ http }) => http.get(url));
    expect(response).toMatchObject({ status: 0, error_code: errorCode, url });
    expect(response.error).toStartWith(`Cannot request "${url}": `);
    expect(vu.values("http_req_failed")).toEqual(errorCode === 1000 ? [1] : []);
    expect(vu.warnings).toEqual([`Request failed: ${response.error}`]);
  });

  test.each<[string, RequestParams, boolean]>([
    ["the call says so", { throw: true }, false],
    ["the options say so", {}, true],
  ])("throws when %s, where the script made it", async (_name, params, isThrowing) => {
    using vu = openVu({ settings: { isThrowing } });
    for (const url of [await closedUrl(), "/relative"]) {
      const error = (await caught(
        vu.inside(async ({ http }) => {
          await http.get(url, params);
        }),
      )) as Error;
      expect(error.message).toStartWith("Cannot ");
      expect(error.stack).toContain(import.meta.file);
    }
  });

  test("does not throw when the call says so, whatever the options say", async () => {
    using vu = openVu({ settings: { isThrowing: true } });
    const url = await closedUrl();
    const response = await vu.inside(({ http }) => http.get(url, { throw: false }));
    expect(response.error_code).toBe(1212);
  });

  test.each<[string, RequestParams, string]>([
    ["timeout", { timeout: 60 }, "not done within 60 ms"],
    ["timeout as text", { timeout: "0.06s" }, "not done within 60 ms"],
    ["firstByteTimeout", { firstByteTimeout: 60 }, "no response within 60 ms"],
  ])("%s ends it", async (_name, params, reason) => {
    await using server = echoServer(silent);
    using vu = openVu();
    const response = await vu.inside(({ http }) => http.get(String(server.url), params));
    expect([response.error_code, response.error]).toEqual([1050, expect.stringContaining(reason)]);
    await server.stop(true);
  });

  test("a limit of 0 is none", async () => {
    const slow = async (): Promise<Response> => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      clock.at(clock.nowMs() + 120, () => resolve(new Response("late")));
      return promise;
    };
    await using server = echoServer({ "/": slow });
    using vu = openVu();
    const params = { timeout: 0, firstByteTimeout: 0 };
    const response = await vu.inside(({ http }) => http.get(String(server.url), params));
    expect(response.body).toBe("late");
  });
});

describe("tags", () => {
  test("say what was asked for; `name` stands for the URL, which shows no password", async () => {
    await using server = echoServer();
    using vu = openVu();
    const { port } = server;
    await vu.inside(async ({ http, group }) => {
      await group("g", () => http.get(`http://u:p%40ss@127.0.0.1:${port}/a`, { tags: { k: "v" } }));
      await http.get(`http://127.0.0.1:${port}/b`, { tags: { name: "B" } });
    });
    const tags = vu.samples.filter(({ name }) => name === "http_reqs").map((one) => one.tags);
    const [first, second] = tags;
    const shown = `http://****:****@127.0.0.1:${port}/a`;
    expect(first).toEqual({
      scenario: "any",
      group: "::g",
      k: "v",
      method: "GET",
      name: shown,
      url: shown,
      status: "200",
      proto: "HTTP/1.1",
      expected_response: "true",
    });
    expect(second).toMatchObject({ name: "B", url: "B", group: "" });
    expect(second).not.toHaveProperty("k");
  });

  test("a request belongs to the group that made it, though it ends outside", async () => {
    await using server = echoServer();
    using vu = openVu();
    await vu.inside(async ({ http, group }) => {
      const made = group("g", () => ({ response: http.get(String(server.url)) }));
      await made.response;
    });
    expect(vu.samples.find(({ name }) => name === "http_reqs")?.tags.group).toBe("::g");
  });

  test("only the first request of an iteration was due when the iteration was", async () => {
    await using server = echoServer();
    using vu = openVu();
    const dueMs = clock.nowMs() - 500;
    await vu.iterate(
      async () => {
        await vu.api.http.get(String(server.url));
        await vu.api.http.get(String(server.url));
      },
      { dueMs },
    );
    expect(vu.values("http_req_due_duration")).toEqual([expect.any(Number)]);
    expect(vu.values("http_req_due_duration")[0]).toBeGreaterThanOrEqual(500);
  });
});

test("calls at once go over connections of their own, and each gets its own answer", async () => {
  await using server = echoServer();
  using vu = openVu();
  const paths = await vu.inside(({ http }) =>
    Promise.all(
      [1, 2, 3].map(async (one) => {
        const response = await http.get(`${server.url}${one}`);
        return (response.json() as Echo).path;
      }),
    ),
  );
  expect(paths).toEqual(["/1", "/2", "/3"]);
});

test("noConnectionReuse asks for a new connection each time", async () => {
  const ports = new Set<number>();
  await using server = Bun.serve({
    port: 0,
    fetch: (request, self) => {
      ports.add(self.requestIP(request)!.port);
      return echo(request);
    },
  });
  using vu = openVu({ settings: { noConnectionReuse: true } });
  const sent = await vu.inside(async ({ http }) => {
    await http.get(String(server.url));
    return (await http.get(String(server.url))).json() as Echo;
  });
  expect(ports.size).toBe(2);
  expect(sent.headers.connection).toBe("close");
});

test("a call that is not awaited still belongs to its iteration", async () => {
  await using server = echoServer();
  using vu = openVu();
  await vu.iterate(() => {
    void vu.api.http.get(String(server.url));
  });
  const names = vu.samples.map(({ name }) => name);
  expect(names.indexOf("http_reqs")).toBeLessThan(names.indexOf("iterations"));
  expect(vu.values("data_received")[0]).toBeGreaterThan(100);
});
