import { describe, expect, test } from "bun:test";
import type { Exchange } from "@breakwater/http-client";
import { systemClock } from "@breakwater/system-clock";
import { type TestUserOptions, testUser } from "../../vu/testing/test-user.ts";
import type { RequestBody } from "./body.ts";
import type { RequestParams } from "./params.ts";
import { nextHop } from "./redirect.ts";
import { type Echo, echo, echoServer, to } from "./testing/echo-server.ts";

const openVu = (options: Omit<TestUserOptions, "clock"> = {}) =>
  testUser({ clock: systemClock(), ...options });

/** What arrives where a redirect of `/from` to `/to` leads. */
async function followed(
  status: number,
  method: string,
  { body, params }: { readonly body?: RequestBody; readonly params?: RequestParams } = {},
): Promise<Echo> {
  await using server = echoServer({ "/from": to("/to?x=1#part", status) });
  using vu = openVu();
  const response = await vu.inside(({ http }) => {
    return http.request(method, `${server.url}from`, body, params);
  });
  expect([response.status, response.url]).toEqual([200, `${server.url}to?x=1`]);
  return response.json() as Echo;
}

test.each([
  [301, "GET", "GET", ""],
  [302, "GET", "GET", ""],
  [301, "POST", "GET", ""],
  [302, "POST", "GET", ""],
  [303, "PUT", "GET", ""],
  [303, "DELETE", "GET", ""],
  [307, "POST", "POST", "body"],
  [308, "PUT", "PUT", "body"],
  [307, "DELETE", "DELETE", "body"],
])("a %p to %s goes on as %s with the body %p", async (status, method, then, body) => {
  expect(await followed(status, method, { body: "body" })).toMatchObject({
    method: then,
    path: "/to?x=1",
    body,
  });
});

test("a HEAD stays one", async () => {
  await using server = echoServer({ "/from": to("/to", 302) });
  using vu = openVu();
  const response = await vu.inside(({ http }) => http.head(`${server.url}from`));
  expect([response.request.method, response.url]).toEqual(["HEAD", `${server.url}to`]);
});

test("headers go along; those of the body only with the body", async () => {
  const headers = { "X-A": "1", "Content-Type": "a/b", Authorization: "secret" };
  const params = { headers, compression: "gzip" };
  const dropped = await followed(302, "POST", { body: "x", params });
  expect(dropped.headers).toMatchObject({ "x-a": "1", authorization: "secret" });
  for (const name of ["content-type", "content-encoding", "content-length"]) {
    expect(dropped.headers).not.toHaveProperty(name);
  }
  const kept = await followed(307, "POST", { body: "x", params: { headers } });
  expect(kept.headers).toMatchObject({ "x-a": "1", "content-type": "a/b" });
});

test.each([302, 307])("to another host a %p takes no secrets along", async (status) => {
  await using other = echoServer();
  await using server = echoServer({ "/": to(`${other.url}to`, status) });
  using vu = openVu();
  const headers = { AUTHORIZATION: "secret", Cookie: "a=1", Host: "first.test", "X-A": "1" };
  const params = { headers, cookies: { b: "2" }, timeout: "10s" };
  const response = await vu.inside(({ http }) => {
    return http.get(String(server.url).replace("//", "//me:pass@"), params);
  });
  const sent = (response.json() as Echo).headers;
  expect(sent).toMatchObject({ "x-a": "1", host: other.url.host });
  expect(sent).not.toHaveProperty("authorization");
  expect(sent).not.toHaveProperty("cookie");
});

test.each([
  ["https://a.test/", "https://a.test/b", true],
  ["http://a.test/", "https://a.test/b", true],
  ["https://a.test/", "http://a.test/b", false],
  ["http://a.test/", "http://b.a.test/b", false],
  ["http://a.test:1/", "http://a.test:2/b", false],
])("from %s to %s secrets go along: %p", (from, location, isKept) => {
  using vu = openVu();
  const url = vu.user.requests.url(from);
  const params = { headers: { Authorization: "secret" } };
  const head = { status: 302, header: () => location };
  const hop = { method: "GET", url, urlText: from, body: undefined, params };
  const next = nextHop(vu.user, hop, { head } as unknown as Exchange);
  expect(next?.params.headers).toEqual(isKept ? params.headers : undefined);
});

test("to the same host a relative redirect keeps the name and password", async () => {
  await using server = echoServer({ "/from": to("to") });
  using vu = openVu();
  const response = await vu.inside(({ http }) => {
    return http.get(`${server.url}from`.replace("//", "//me:pass@"));
  });
  expect((response.json() as Echo).headers.authorization).toStartWith("Basic ");
});

describe("the answer is the redirect itself", () => {
  test.each([
    ["without a Location", () => new Response(null, { status: 302 })],
    ["to another scheme", to("ftp://127.0.0.1/")],
    ["to nonsense", to("http://")],
    ["that is none (304)", to("/to", 304)],
    ["that is none (300)", to("/to", 300)],
  ])("%s", async (_name, handler) => {
    await using server = echoServer({ "/from": handler });
    using vu = openVu();
    const response = await vu.inside(({ http }) => http.get(`${server.url}from`));
    expect(response.url).toBe(`${server.url}from`);
    expect([response.error, vu.values("http_reqs")]).toEqual(["", [1]]);
  });

  test("when it asks for a stream again, which can be sent only once", async () => {
    await using server = echoServer({ "/from": to("/to", 307) });
    using vu = openVu();
    const body = new Response("x").body;
    const response = await vu.inside(({ http }) => http.post(`${server.url}from`, body));
    expect(response.status).toBe(307);
  });

  test.each<[string, RequestParams | undefined, number, number]>([
    ["the options' limit", undefined, 3, 4],
    ["the call's own limit", { redirects: 1 }, 3, 2],
    ["no redirects", { redirects: 0 }, 3, 1],
  ])("past %s, in a loop", async (_name, params, maxRedirects, requests) => {
    await using server = echoServer({ "/a": to("/b"), "/b": to("/a") });
    using vu = openVu({ settings: { maxRedirects } });
    const response = await vu.inside(({ http }) => http.get(`${server.url}a`, params));
    expect(response.status).toBe(302);
    expect(vu.values("http_reqs")).toHaveLength(requests);
  });
});

test("each hop is measured under its own URL, or all under the name given", async () => {
  await using server = echoServer({ "/a": to("/b", 301), "/b": to("/c", 307) });
  using vu = openVu();
  await vu.inside(async ({ http }) => {
    await http.get(`${server.url}a`);
    await http.get(`${server.url}a`, { tags: { name: "A" } });
  });
  const hops = vu.samples.filter(({ name }) => name === "http_reqs");
  expect(hops.map(({ tags }) => [tags.name, tags.status])).toEqual([
    [`${server.url}a`, "301"],
    [`${server.url}b`, "307"],
    [`${server.url}c`, "200"],
    ["A", "301"],
    ["A", "307"],
    ["A", "200"],
  ]);
});

test("the time limit is for all hops together", async () => {
  const clock = systemClock();
  const slowly = async (): Promise<Response> => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    clock.at(clock.nowMs() + 60, () => resolve(to("/")()));
    return promise;
  };
  await using server = echoServer({ "/": slowly });
  using vu = openVu();
  const response = await vu.inside(({ http }) => http.get(String(server.url), { timeout: 150 }));
  expect(response.error_code).toBe(1050);
  expect(vu.values("http_reqs").length).toBeLessThan(5);
});

test("a hop that cannot be reached fails the call", async () => {
  const gone = Bun.serve({ port: 0, fetch: echo });
  const there = String(gone.url);
  await gone.stop(true);
  await using server = echoServer({ "/": to(there) });
  using vu = openVu();
  const response = await vu.inside(({ http }) => http.get(String(server.url)));
  expect([response.status, response.error_code, response.url]).toEqual([0, 1212, there]);
  expect(vu.values("http_req_failed")).toEqual([0, 1]);
});
