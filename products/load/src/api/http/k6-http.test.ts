import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import type { HttpResponse } from "./response.ts";
import { type Echo, echoServer, to } from "./testing/echo-server.ts";
import { type K6Http, k6Script } from "./testing/k6-script.ts";

const echoOf = (response: HttpResponse): Echo => response.json() as Echo;

test.each<[string, (http: K6Http, url: string) => Promise<HttpResponse>, Partial<Echo>]>([
  ["get", (http, url) => http.get(url), { method: "GET", body: "" }],
  ["head's params stand second", (http, url) => http.get(url, null), { method: "GET" }],
  ["post", (http, url) => http.post(url, "x"), { method: "POST", body: "x" }],
  ["put", (http, url) => http.put(url, "x"), { method: "PUT", body: "x" }],
  ["patch", (http, url) => http.patch(url, "x"), { method: "PATCH", body: "x" }],
  ["del", (http, url) => http.del(url, "x"), { method: "DELETE", body: "x" }],
  ["options", (http, url) => http.options(url), { method: "OPTIONS", body: "" }],
  ["request", (http, url) => http.request("PUT", url, "x"), { method: "PUT", body: "x" }],
  ["asyncRequest", (http, url) => http.asyncRequest("PUT", url, "x"), { method: "PUT", body: "x" }],
  ["url`…`", (http, url) => http.get(http.url`${url}?q=${1}`), { path: "/p?q=1" }],
])("%s", async (_name, send, wanted) => {
  await using server = echoServer();
  using script = k6Script();
  expect(echoOf(await script.run((http) => send(http, `${server.url}p`)))).toMatchObject(wanted);
});

test("functions may be taken out of the module, and replaced in it", async () => {
  await using server = echoServer();
  using script = k6Script();
  const { get } = script.http;
  expect((await script.run(() => get(String(server.url)))).status).toBe(200);
  script.http.get = async (url) => get(`${url}wrapped`);
  const response = await script.run((http) => http.get(String(server.url)));
  expect(echoOf(response).path).toBe("/wrapped");
});

test("constants are k6's, and shared", () => {
  using script = k6Script();
  using other = k6Script();
  expect(script.http.TLS_1_3).toBe("tls1.3");
  expect(script.http.url).toBe(other.http.url);
  expect(script.http.get).not.toBe(other.http.get);
});

test("calls that nobody awaits go one after the other; asyncRequest does not wait", async () => {
  let underWay = 0;
  const seen: string[] = [];
  const { promise: arrived, resolve: onAsync } = Promise.withResolvers<void>();
  await using server = echoServer({
    "/block": async () => {
      underWay += 1;
      seen.push(`block ${underWay}`);
      await arrived;
      underWay -= 1;
      return new Response();
    },
    "/async": () => {
      onAsync();
      return new Response();
    },
  });
  using script = k6Script();
  await script.run(async (http) => {
    const calls = [http.get(`${server.url}block`), http.post(`${server.url}block`)];
    const free = http.asyncRequest("GET", `${server.url}async`);
    await Promise.all([...calls, free]);
  });
  expect(seen).toEqual(["block 1", "block 1"]);
});

test("a call that waits its turn belongs to the group that made it", async () => {
  await using server = echoServer();
  using script = k6Script();
  const url = String(server.url);
  await script.vu.inside(async ({ group }) => {
    const first = script.http.get(url);
    const second = group("g", () => ({ response: script.http.get(url) }));
    await Promise.all([first, second.response]);
  });
  expect(script.requestTags().map(({ group }) => group)).toEqual(["", "::g"]);
});

test("a call that waits its turn fails when the iteration is interrupted", async () => {
  await using server = echoServer({ "/": () => new Promise<Response>(() => {}) });
  using script = k6Script();
  const url = String(server.url);
  const calls = script.vu.iterate(async () => {
    await Promise.allSettled([script.http.get(url), script.http.get(url)]);
  });
  script.vu.user.interrupt();
  expect(await calls).toBe("interrupted");
  expect(script.vu.user.activity.wasInterrupted).toBe(true);
  await server.stop(true);
});

test("a batch that is refused holds nothing up", async () => {
  using script = k6Script();
  const error = await caught(script.run((http) => http.batch(5)));
  expect(messageOf(error)).toBe(
    "Cannot send number as a batch: give an array or an object of requests",
  );
  await using server = echoServer();
  expect((await script.run((http) => http.get(String(server.url)))).status).toBe(200);
});

describe("arguments that make no request", () => {
  const bad: [string, (http: K6Http, url: string) => Promise<HttpResponse>, string][] = [
    ["a number as body", (http, url) => http.post(url, 5), "Cannot send a number as a body"],
    ["an array as body", (http, url) => http.post(url, [1]), "Cannot send a Array as a body"],
    [
      "an unknown compression",
      (http, url) => http.post(url, "x", { compression: "foo" }),
      'Cannot compress a body with "foo"',
    ],
    [
      "tags that hold objects",
      (http, url) => http.get(url, { tags: { a: {} } }),
      'Cannot use the value of tag "a"',
    ],
    ["a bad timeout", (http, url) => http.get(url, { timeout: "x" }), 'Cannot read "x" as a'],
    [
      "an unknown responseType",
      (http, url) => http.get(url, { responseType: "x" }),
      'Cannot give a response as "x"',
    ],
    [
      "another callback",
      (http, url) => http.get(url, { responseCallback: () => true }),
      "Cannot use function as a response callback",
    ],
    ["an unknown auth", (http, url) => http.get(url, { auth: "x" }), 'Cannot authenticate by "x"'],
    [
      "an unknown version",
      (http, url) => http.get(url, { http: 4 }),
      "Cannot speak HTTP version 4",
    ],
    ["a broken URL", (http) => http.get("http://[x"), 'Cannot request "http://[x"'],
    ["no URL", (http) => http.get(undefined), 'Cannot request "undefined"'],
  ];

  test.each(bad)("%s: a failed response and a line", async (_name, send, message) => {
    await using server = echoServer();
    using script = k6Script();
    const response = await script.run((http) => send(http, String(server.url)));
    expect(response).toMatchObject({ status: 0, body: null, headers: {}, cookies: {} });
    expect(response.error).toStartWith(message);
    expect(script.vu.warnings).toEqual([`Request failed: ${response.error}`]);
    expect(script.requestTags()).toEqual([]);
  });

  test.each(bad)("%s: an exception with the option `throw`", async (_name, send, message) => {
    using script = k6Script({ settings: { isThrowing: true } });
    const url = "http://127.0.0.1:1/";
    const error = await caught(script.run((http) => send(http, url)));
    expect(messageOf(error)).toStartWith(message);
    expect(script.vu.warnings).toEqual([]);
  });
});

describe("a failed request", () => {
  test("is a response with an error, and a line", async () => {
    using script = k6Script();
    const response = await script.run((http) => http.get("http://127.0.0.1:1/"));
    expect(response).toMatchObject({ status: 0, error_code: 1212, body: null });
    expect(script.vu.warnings).toEqual([`Request failed: ${response.error}`]);
  });

  test("throws without a line when the call says so", async () => {
    using script = k6Script();
    const error = await caught(
      script.run((http) => http.get("http://127.0.0.1:1/", { throw: true })),
    );
    expect(messageOf(error)).toStartWith("Cannot ");
    expect(script.vu.warnings).toEqual([]);
    expect(script.vu.values("http_req_failed")).toEqual([1]);
  });
});

test.each([
  ["get", (http: K6Http, url: string) => http.get(url, {}, 3)],
  ["head", (http: K6Http, url: string) => http.head(url, null, 3)],
])("a third argument of %s is not used, and a line says so", async (name, send) => {
  await using server = echoServer();
  using script = k6Script();
  expect((await script.run((http) => send(http, String(server.url)))).status).toBe(200);
  expect(script.vu.warnings).toEqual([
    `http.${name}() takes a URL and params: what stands behind is not used`,
  ]);
});

test("an object in a form is sent as JSON, and a line says so", async () => {
  await using server = echoServer();
  using script = k6Script();
  const response = await script.run((http) => http.post(String(server.url), { a: { b: 1 }, c: 2 }));
  expect(echoOf(response).body).toBe("a=%7B%22b%22%3A1%7D&c=2");
  expect(script.vu.warnings).toEqual([
    'An object in the form field "a" is sent as JSON: give text, or send JSON.stringify() of all',
  ]);
});

test.each([
  ["another length", { "Content-Length": "10" }, 1],
  ["no number", { "content-length": "x" }, 1],
  ["the right length", { "Content-Length": "3" }, 0],
])("a Content-Length of the script's own is dropped: %s", async (_name, headers, lines) => {
  await using server = echoServer();
  using script = k6Script();
  const response = await script.run((http) => http.post(String(server.url), "abc", { headers }));
  expect(echoOf(response).headers["content-length"]).toBe("3");
  expect(script.vu.warnings).toHaveLength(lines);
});

test("a Content-Encoding of the script's own is kept, and a line says when it does not fit", async () => {
  await using server = echoServer();
  using script = k6Script();
  const send = (encoding: string) =>
    script.run((http) => {
      const headers = { "Content-Encoding": encoding };
      return http.post(String(server.url), "abc", { compression: "gzip", headers });
    });
  expect(echoOf(await send("gzip")).headers["content-encoding"]).toBe("gzip");
  expect(script.vu.warnings).toEqual([]);
  expect(echoOf(await send("br")).headers["content-encoding"]).toBe("br");
  expect(script.vu.warnings).toEqual([
    'The body is sent in "gzip" but its Content-Encoding says "br"',
  ]);
});

test("one header in two spellings is sent once, as the last says", async () => {
  await using server = echoServer();
  using script = k6Script();
  const headers = { "x-a": 5, "X-A": 6 };
  const response = await script.run((http) => http.get(String(server.url), { headers }));
  expect(echoOf(response).headers["x-a"]).toBe("6");
});

describe("redirects", () => {
  const ring = { "/r": to("/r") };

  test("end at the limit with the last answer; a line says so where the limit was not set", async () => {
    await using server = echoServer(ring);
    using script = k6Script();
    const url = `${server.url}r`;
    const responses = await script.run(async (http) => [
      await http.get(url),
      await http.get(url, { redirects: 2 }),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([302, 302]);
    expect(script.requestTags()).toHaveLength(11 + 3);
    expect(script.vu.warnings).toEqual([
      `GET ${url} was not followed beyond 10 redirects: set the param redirects or the option maxRedirects`,
    ]);
  });

  test("lead elsewhere, but `request` is what the script asked for", async () => {
    await using server = echoServer({ "/from": to("/to") });
    using script = k6Script();
    const response = await script.run((http) => http.get(`${server.url}from`));
    expect([response.url, response.request.url]).toEqual([`${server.url}to`, `${server.url}from`]);
  });
});

describe("the metrics' name", () => {
  const tagsOf = async (send: (http: K6Http, url: string) => Promise<unknown>) => {
    await using server = echoServer();
    using script = k6Script();
    const base = String(server.url);
    await script.run((http) => send(http, base));
    const [{ name = "", url } = {}] = script.requestTags();
    expect(url).toBe(name);
    return name.replace(base, "BASE/").replaceAll("$", "");
  };

  test.each<[string, (http: K6Http, url: string) => Promise<unknown>, string]>([
    ["is the URL", (http, url) => http.get(`${url}1`), "BASE/1"],
    ["has placeholders in url`…`", (http, url) => http.get(http.url`${url}x/${1}`), "{}x/{}"],
    [
      "is the tag's, whatever else",
      (http, url) => http.get(http.url`${url}x/${1}`, { tags: { name: "mine" } }),
      "mine",
    ],
    ["holds in a batch", (http, url) => http.batch([http.url`${url}${2}`]), "{}{}"],
  ])("%s", async (_name, send, wanted) => {
    expect(await tagsOf(send)).toBe(wanted);
  });
});

describe("expected statuses", () => {
  const failedOf = async (run: (http: K6Http, url: string) => Promise<unknown>) => {
    await using server = echoServer({ "/404": () => new Response(null, { status: 404 }) });
    using script = k6Script();
    await script.run((http) => run(http, `${server.url}404`));
    return [
      script.vu.values("http_req_failed"),
      script.requestTags().map((tags) => tags.expected_response),
    ];
  };

  test.each<[string, (http: K6Http, url: string) => Promise<unknown>, unknown]>([
    ["are 200 to 399", (http, url) => http.get(url), [[1], ["false"]]],
    [
      "may be others for one call",
      (http, url) => http.get(url, { responseCallback: http.expectedStatuses(200, 404) }),
      [[0], ["true"]],
    ],
    [
      "may be a range for all",
      (http, url) => {
        http.setResponseCallback(http.expectedStatuses({ min: 400, max: 499 }));
        return http.get(url);
      },
      [[0], ["true"]],
    ],
    [
      "may be none: nothing counts as failed",
      (http, url) => http.get(url, { responseCallback: null }),
      [[], [undefined]],
    ],
    [
      "may be none for all",
      (http, url) => {
        http.setResponseCallback(null);
        return http.get(url);
      },
      [[], [undefined]],
    ],
  ])("%s", async (_name, run, wanted) => {
    expect<unknown>(await failedOf(run)).toEqual(wanted);
  });

  test.each([
    ["nothing", [], "Cannot expect no status: give integers"],
    ["text", ["200"], 'Cannot expect the status "200": give integers'],
    ["half a range", [{ min: 1 }], 'Cannot expect the status {"min":1}'],
    ["fractions", [{ min: 1, max: 1.5 }], 'Cannot expect the status {"min":1,"max":1.5}'],
  ])("cannot be made of %s", (_name, statuses, message) => {
    using script = k6Script();
    expect(() => script.http.expectedStatuses(...statuses)).toThrow(message);
    expect(() => script.http.setResponseCallback("x")).toThrow("Cannot use string as a response");
  });
});

test("asyncRequest's answer is not heard before a call that holds the script up is over", async () => {
  const fast = Promise.withResolvers<void>();
  await using server = echoServer({
    "/fast": () => {
      fast.resolve();
      return new Response();
    },
    // Answers long after the other has been answered: it goes the other's way once more.
    "/slow": async () => {
      await fast.promise;
      await (await fetch(`${server.url}probe`)).text();
      return new Response();
    },
  });
  using script = k6Script();
  const heard: string[] = [];
  await script.run(async (http) => {
    const pending = http.asyncRequest("GET", `${server.url}fast`).then(() => heard.push("fast"));
    await http.get(`${server.url}slow`);
    heard.push("slow");
    await pending;
  });
  expect(heard).toEqual(["slow", "fast"]);
});

test("asyncRequest keeps the iteration alive", async () => {
  await using server = echoServer();
  using script = k6Script();
  await script.vu.iterate(() => {
    void script.http.asyncRequest("GET", String(server.url));
  });
  const names = script.vu.samples.map(({ name }) => name);
  expect(names.indexOf("http_reqs")).toBeLessThan(names.indexOf("iterations"));
});

test("before the script runs nothing can be sent", () => {
  using script = k6Script();
  for (const name of ["get", "batch", "cookieJar", "asyncRequest"] as const) {
    expect(() => script.http[name]("GET", "http://127.0.0.1/")).toThrow(/^Cannot /);
  }
});

test("with `rps` calls go at even distances, and the wait is not part of their time", async () => {
  await using server = echoServer();
  const clock = new FakeClock();
  using script = k6Script({ clock, settings: { requestsPerSecond: 10 } });
  const done = script.run(async (http) => {
    for (let call = 0; call < 3; call += 1) await http.get(String(server.url));
  });
  await untilSent(script, 1);
  await clock.advanceTo(99);
  expect(script.requestTags()).toHaveLength(1);
  await clock.advanceTo(100);
  await untilSent(script, 2);
  await clock.advanceTo(200);
  await done;
  expect(script.vu.values("http_req_duration")).toEqual([0, 0, 0]);
  expect(script.vu.values("iteration_duration")).toEqual([200]);
});

/** The network is real though the clock is not. */
async function untilSent(script: ReturnType<typeof k6Script>, count: number): Promise<void> {
  while (script.requestTags().length < count) await new Promise(setImmediate);
  await new Promise(setImmediate);
}
