import { describe, expect, test } from "bun:test";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import type { HttpResponse } from "./response.ts";
import { type Echo, echoServer } from "./testing/echo-server.ts";
import { k6Script } from "./testing/k6-script.ts";

const echoes = (result: unknown): readonly Echo[] =>
  (result as readonly HttpResponse[]).map((response) => response.json() as Echo);

test("an array of requests in every shape gives an array", async () => {
  await using server = echoServer();
  using script = k6Script();
  const url = String(server.url);
  const result = await script.run((http) =>
    http.batch([
      `${url}1`,
      new URL(`${url}2`),
      http.url`${url}3`,
      ["GET", `${url}4`],
      ["POST", `${url}5`, "five", { headers: { "x-a": "5" } }],
      { url: `${url}6` },
      { method: "put", url: `${url}7`, body: "seven", params: { headers: { "x-a": "7" } } },
      { method: "get", url: `${url}8`, body: "not sent" },
    ]),
  );
  expect(echoes(result).map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
    "GET /1 ",
    "GET /2 ",
    "GET /3 ",
    "GET /4 ",
    "POST /5 five",
    "GET /6 ",
    "PUT /7 seven",
    "GET /8 ",
  ]);
  expect(
    echoes(result)
      .map(({ headers }) => headers["x-a"])
      .filter(Boolean),
  ).toEqual(["5", "7"]);
});

test("an object of requests gives an object", async () => {
  await using server = echoServer();
  using script = k6Script();
  const url = String(server.url);
  const result = await script.run((http) => http.batch({ a: `${url}a`, b: ["POST", url, "b"] }));
  const { a, b } = result as unknown as Record<string, HttpResponse>;
  expect(echoes([a, b]).map(({ path, body }) => path + body)).toEqual(["/a", "/b"]);
});

test("nothing to send gives nothing", async () => {
  using script = k6Script();
  expect(await script.run((http) => http.batch([]))).toEqual([]);
  expect(await script.run((http) => http.batch({}))).toEqual({});
});

describe("at once", () => {
  /** The most that were under way together, of all and of one host. */
  async function most(settings: { batch: number; batchPerHost: number }) {
    let [now, peak] = [0, 0];
    const waiting: (() => void)[] = [];
    const handler = async (): Promise<Response> => {
      now += 1;
      peak = Math.max(peak, now);
      // Answers when no more come: in turns, so that all are let through in the end.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setImmediate(() =>
          setImmediate(() => {
            for (const go of waiting.splice(0)) go();
          }),
        );
      });
      now -= 1;
      return new Response();
    };
    await using server = echoServer({ "/": handler });
    using script = k6Script({
      settings,
      client: { lookup: async () => [{ address: "127.0.0.1", family: 4 as const }] },
    });
    const urls = ["a.test", "b.test", "c.test"].flatMap((host) =>
      Array.from({ length: 5 }, () => `http://${host}:${server.port}/`),
    );
    const responses = await script.run((http) => http.batch(urls));
    expect((responses as readonly HttpResponse[]).every(({ status }) => status === 200)).toBe(true);
    return peak;
  }

  test.each([
    [1, 6, 1],
    [4, 6, 4],
    [20, 1, 3],
    [20, 2, 6],
  ])("%p of all and %p of a host are %p", async (batch, batchPerHost, limit) => {
    const peak = await most({ batch, batchPerHost });
    expect(peak).toBeLessThanOrEqual(limit);
    expect(peak).toBeGreaterThanOrEqual(Math.min(limit, 2));
  });
});

test("it holds the script up as one call", async () => {
  await using server = echoServer();
  using script = k6Script();
  const url = String(server.url);
  const order: string[] = [];
  await script.run(async (http) => {
    const batch = http.batch([url, url]).then(() => order.push("batch"));
    const single = http.get(url).then(() => order.push("get"));
    await Promise.all([batch, single]);
  });
  expect(order).toEqual(["batch", "get"]);
});

describe("a request that fails", () => {
  const closed = "http://127.0.0.1:1/";

  test("is a response among the others", async () => {
    await using server = echoServer();
    using script = k6Script();
    const result = await script.run((http) => http.batch([closed, String(server.url)]));
    const responses = result as readonly HttpResponse[];
    expect(responses.map(({ error_code, status }) => [error_code, status])).toEqual([
      [1212, 0],
      [0, 200],
    ]);
  });

  test("and throws lets the others end before it does", async () => {
    await using server = echoServer();
    using script = k6Script();
    const error = await caught(
      script.run((http) =>
        http.batch([["GET", closed, null, { throw: true }], String(server.url)]),
      ),
    );
    expect(messageOf(error)).toStartWith("Cannot ");
    expect(script.requestTags()).toHaveLength(2);
  });
});

describe("an item that is no request", () => {
  test.each<[string, unknown, string]>([
    ["an array too short", ["GET"], "give [method, url, body, params]"],
    ["no URL", { method: "GET" }, "give its url"],
    ["a method that is no text", [5, "http://a/"], "its method must be text"],
  ])("%s: nothing is sent, and its response says why", async (_name, item, why) => {
    await using server = echoServer();
    using script = k6Script();
    const url = String(server.url);
    const result = (await script.run((http) =>
      http.batch([url, item, url]),
    )) as (HttpResponse | null)[];
    const message = `Cannot send item 1 of the batch: ${why}`;
    expect<unknown>(result.map((one) => one?.error ?? null)).toEqual(["", message, null]);
    expect(script.vu.warnings).toEqual([`Batch failed: ${message}`]);
    expect(script.requestTags()).toEqual([]);
    const named = await script.run((http) => http.batch({ a: item }));
    expect(Object.keys(named)).toEqual(["a"]);
  });

  test("throws with the option `throw`", async () => {
    using script = k6Script({ settings: { isThrowing: true } });
    const error = await caught(script.run((http) => http.batch([["GET"]])));
    expect(messageOf(error)).toStartWith("Cannot send item 0 of the batch");
  });
});

test.each<[string, unknown[], string]>([
  ["nothing", [], "Cannot send nothing as a batch"],
  ["text", ["http://a/"], "Cannot send string as a batch"],
  ["two arrays", [[], []], "Cannot send a batch of several arguments"],
])("%s is refused", async (_name, given, message) => {
  using script = k6Script();
  const error = await caught(script.run((http) => http.batch(...given)));
  expect(messageOf(error)).toStartWith(message);
});
