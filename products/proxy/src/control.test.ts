import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import { controlHandler } from "./control.ts";
import { Proxies } from "./proxies.ts";

let proxies: Proxies;

beforeEach(() => {
  proxies = new Proxies({ clock: new FakeClock(), seed: 7 });
});
afterEach(() => proxies.stop({ graceMs: 0 }));

async function ask(method: string, target: string, body?: unknown, more: FakeRequest = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const withBody = body === undefined ? {} : { body: text };
  const exchange = fakeExchange({ method, target, ...withBody, ...more });
  await controlHandler(proxies)(exchange);
  const { head } = await exchange.done;
  const answer = exchange.text();
  return {
    status: head!.status,
    fields: Object.fromEntries(head!.fields ?? []),
    json: answer === "" ? undefined : JSON.parse(answer),
  };
}

const spec = { name: "api", listen: "127.0.0.1:0", upstream: "127.0.0.1:8080" };

test("a proxy is added, shown, listed and deleted", async () => {
  const added = await ask("POST", "/proxies", { ...spec, down: { latency: "1.5s" } });
  expect(added.status).toBe(201);
  expect(added.json).toMatchObject({
    name: "api",
    listen: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
    upstream: "127.0.0.1:8080",
    state: "running",
    up: {},
    down: { latency: 1500 },
    counts: { openConnections: 0, acceptedConnections: 0, bytesUp: 0, bytesDown: 0, resets: 0 },
  });
  expect(await ask("GET", "/proxies/api")).toMatchObject({ status: 200, json: added.json });
  expect((await ask("GET", "/proxies")).json).toEqual({ proxies: [added.json] });
  expect((await ask("GET", "/stats")).json).toEqual({ seed: 7, proxies: [added.json] });
  expect(await ask("DELETE", "/proxies/api")).toMatchObject({ status: 204, json: undefined });
  expect((await ask("GET", "/proxies")).json).toEqual({ proxies: [] });
});

test("impairments are replaced, by direction, and taken away", async () => {
  await ask("POST", "/proxies", spec);
  const at = "/proxies/api/impairments";
  const put = await ask("PUT", at, { latency: 50, bandwidth: "1MB/s" });
  const both = { latency: 50, bandwidth: 1_000_000 };
  expect([put.status, put.json.up, put.json.down]).toEqual([200, both, both]);
  await ask("PUT", `${at}?direction=up`, { reset: 0.5 });
  expect((await ask("GET", at)).json).toEqual({ up: { reset: 0.5 }, down: both });
  await ask("DELETE", `${at}?direction=down`);
  expect((await ask("GET", at)).json).toEqual({ up: { reset: 0.5 }, down: {} });
  await ask("DELETE", at);
  expect((await ask("GET", at)).json).toEqual({ up: {}, down: {} });
});

test("a patch changes what it names, and null takes away", async () => {
  await ask("POST", "/proxies", { ...spec, both: { latency: 50, jitter: 5 } });
  const patch = { upstream: "other.test:1", both: { latency: "1s" }, down: { jitter: null } };
  expect((await ask("PATCH", "/proxies/api", patch)).json).toMatchObject({
    upstream: "other.test:1",
    up: { latency: 1000, jitter: 5 },
    down: { latency: 1000 },
  });
  const { json } = await ask("GET", "/proxies/api");
  expect(json.down).toEqual({ latency: 1000 });
});

test("what is shown can be sent again", async () => {
  const up = { latency: "50ms", slice: "1K", sliceDelay: 1, drop: 0.1, timeout: 0, limitData: 9 };
  const { json } = await ask("POST", "/proxies", { ...spec, up });
  const { name, listen, upstream } = json;
  await ask("DELETE", "/proxies/api");
  const again = await ask("POST", "/proxies", { name, listen, upstream, up: json.up });
  expect([again.status, again.json.up, again.json.listen]).toEqual([201, json.up, listen]);
});

test("a network goes down and comes back; connections are reset on demand", async () => {
  await ask("POST", "/proxies", spec);
  expect((await ask("POST", "/proxies/api/pause")).json.state).toBe("paused");
  expect((await ask("POST", "/proxies/api/resume")).json.state).toBe("running");
  expect((await ask("POST", "/proxies/api/reset")).json).toEqual({ reset: 0 });
});

test("a port that is taken is a conflict", async () => {
  const { json } = await ask("POST", "/proxies", spec);
  const second = { ...spec, name: "second", listen: json.listen };
  const { status, json: answer } = await ask("POST", "/proxies", second);
  expect([status, answer.error]).toEqual([409, expect.stringContaining("another program has it")]);
});

test("web pages are refused, whatever they ask", async () => {
  const headers = [["Origin", "https://evil.test"]] as const;
  expect((await ask("POST", "/proxies", spec, { headers })).status).toBe(403);
  expect((await ask("GET", "/proxies")).json).toEqual({ proxies: [] });
});

describe("bad input is refused in one sentence, and changes nothing", () => {
  test.each([
    ["POST", "/proxies", "{", 400, 'Cannot read "{" as JSON'],
    ["POST", "/proxies", "", 400, 'Cannot read "" as JSON'],
    ["POST", "/proxies", "[]", 400, "Cannot use [] as a proxy"],
    ["POST", "/proxies", "null", 400, "Cannot use null as a proxy"],
    ["POST", "/proxies", {}, 400, "Cannot name a proxy nothing"],
    ["POST", "/proxies", { ...spec, name: "../x" }, 400, 'Cannot name a proxy "../x"'],
    ["POST", "/proxies", { ...spec, name: "b", listen: 80 }, 400, "Cannot listen on 80"],
    ["POST", "/proxies", { ...spec, name: "b", upstream: "x" }, 400, 'Cannot use upstream "x"'],
    ["POST", "/proxies", { ...spec, name: "b", up: 7 }, 400, "Cannot use 7 as up"],
    ["POST", "/proxies", { ...spec, toxics: [] }, 400, 'Cannot use field "toxics"'],
    ["POST", "/proxies", { ...spec, listen: "192.0.2.1:0", name: "b" }, 400, "no such address"],
    ["POST", "/proxies", spec, 409, 'Cannot add proxy "api"'],
    ["POST", "/proxies", `"${"x".repeat(70_000)}"`, 400, "Cannot read a body of 70002 bytes"],
    ["PUT", "/proxies", undefined, 405, "Cannot PUT /proxies: use GET, POST"],
    ["GET", "/proxies/none", undefined, 404, 'Cannot find proxy "none": there are api'],
    ["DELETE", "/proxies/none", undefined, 404, 'Cannot find proxy "none"'],
    ["PATCH", "/proxies/none", {}, 404, 'Cannot find proxy "none"'],
    ["PATCH", "/proxies/api", { name: "b" }, 400, "Cannot change name of a proxy"],
    ["PATCH", "/proxies/api", { listen: ":1" }, 400, "Cannot change listen of a proxy"],
    ["PATCH", "/proxies/api", { upstream: null }, 400, "Cannot use upstream null"],
    [
      ...(["PATCH", "/proxies/api", { upstream: "a.test:1", up: { reset: 2 } }, 400] as const),
      "Cannot use reset 2",
    ],
    ["POST", "/proxies/api", {}, 405, "Cannot POST /proxies/api: use GET, PATCH, DELETE"],
    ["PUT", "/proxies/none/impairments", {}, 404, 'Cannot find proxy "none"'],
    ["PUT", "/proxies/api/impairments", { latency: -1 }, 400, "Cannot use latency -1"],
    ["PUT", "/proxies/api/impairments", { delay: 1 }, 400, 'Cannot use field "delay"'],
    ["PUT", "/proxies/api/impairments", [], 400, "Cannot use [] as impairments"],
    ["PUT", "/proxies/api/impairments?direction=x", {}, 400, 'Cannot use direction "x"'],
    ["GET", "/proxies/api/pause", undefined, 405, "use POST"],
    ["POST", "/proxies/none/pause", undefined, 404, 'Cannot find proxy "none"'],
    ["POST", "/proxies/api/explode", undefined, 404, "Cannot find /proxies/api/explode"],
    ["POST", "/proxies/api/constructor", undefined, 404, "Cannot find"],
    ["GET", "/", undefined, 404, "Cannot find /: there are GET, POST /proxies"],
    ["POST", "/stats", undefined, 405, "Cannot POST /stats: use GET"],
  ])("%s %s %j: %d", async (method, target, body, status, message) => {
    await ask("POST", "/proxies", spec);
    const before = (await ask("GET", "/proxies")).json;
    const answer = await ask(method, target, body);
    expect([answer.status, answer.json]).toEqual([
      status,
      { error: expect.stringContaining(message) },
    ]);
    expect((await ask("GET", "/proxies")).json).toEqual(before);
  });

  test("a method that is not there is told which ones are", async () => {
    expect((await ask("PUT", "/proxies")).fields.allow).toBe("GET, POST");
  });
});
