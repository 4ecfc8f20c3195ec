import { describe, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { echoServer } from "./testing/echo-server.ts";

/** What a script gets for this answer. */
async function responseTo(answer: () => Response) {
  await using server = echoServer({ "/a": answer });
  using vu = testUser({ clock: systemClock() });
  const url = `${server.url}a`;
  const response = await vu.inside(({ http }) => {
    return http.post(url, "asked", { headers: { "x-asked": "1" }, responseType: "text" });
  });
  return { response, url, port: server.port };
}

test("it says where the answer came from and how long that took", async () => {
  const { response, url, port } = await responseTo(() => new Response("hi", { status: 201 }));
  expect(response).toMatchObject({ status: 201, error: "", error_code: 0 });
  expect([response.status_text, response.proto, response.url]).toEqual([
    "201 Created",
    "HTTP/1.1",
    url,
  ]);
  expect([response.remote_ip, response.remote_port]).toEqual(["127.0.0.1", port!]);
  expect([response.tls_version, response.tls_cipher_suite]).toEqual(["", ""]);
  const { duration, sending, waiting, receiving, blocked, connecting } = response.timings;
  expect(duration).toBe(sending + waiting + receiving);
  expect(duration).toBeGreaterThan(0);
  expect(blocked).toBeGreaterThanOrEqual(connecting);
  expect(connecting).toBeGreaterThan(0);
});

test("it keeps what it was when its connection has answered another request", async () => {
  await using server = echoServer({
    "/1": () => new Response("one", { headers: { "x-n": "1" } }),
    "/2": () => new Response("two", { headers: { "x-n": "2" }, status: 404 }),
  });
  using vu = testUser({ clock: systemClock() });
  const [first, before] = await vu.inside(async ({ http }) => {
    const response = await http.get(`${server.url}1`);
    const timings = { ...response.timings };
    await http.get(`${server.url}2`);
    return [response, timings] as const;
  });
  expect([first.status, first.body, first.headers["X-N"]]).toEqual([200, "one", "1"]);
  expect(first.timings).toEqual(before);
});

test("request says what was sent", async () => {
  const { response, url } = await responseTo(() => new Response());
  expect(response.request).toEqual({
    method: "POST",
    url,
    headers: { "User-Agent": ["test"], "X-Asked": ["1"] },
    body: "asked",
    cookies: {},
  });
});

test("header names are in their canonical case, values of one name joined", async () => {
  const { response } = await responseTo(() => {
    const headers = new Headers({ "x-REQUEST-id": "7", etag: "e" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(null, { headers });
  });
  expect(response.headers).toMatchObject({
    "X-Request-Id": "7",
    Etag: "e",
    "Set-Cookie": "a=1, b=2",
  });
});

test("cookies are those that the answer sets, each with all that it says", async () => {
  const { response } = await responseTo(() => {
    const headers = new Headers();
    const full = "a=1; Domain=a.test; Path=/p; Max-Age=60; Secure; HttpOnly";
    const dated = "a=2; Expires=Fri, 02 Jan 1970 00:00:00 GMT";
    for (const cookie of [full, dated, "__proto__=x", ""]) headers.append("set-cookie", cookie);
    return new Response(null, { headers });
  });
  const unset = -6_795_364_578_871; // what k6 shows of a cookie that does not say it
  const none = {
    domain: "",
    path: "",
    http_only: false,
    secure: false,
    max_age: 0,
    expires: unset,
  };
  expect(response.cookies.a).toEqual([
    {
      name: "a",
      value: "1",
      domain: "a.test",
      path: "/p",
      http_only: true,
      secure: true,
      max_age: 60,
      expires: unset,
    },
    { ...none, name: "a", value: "2", expires: 86_400_000 },
  ]);
  expect(Object.keys(response.cookies)).toEqual(["a", "__proto__"]);
});

describe("json()", () => {
  test("reads the body", async () => {
    const { response } = await responseTo(() => Response.json({ a: [1] }));
    expect(response.json()).toEqual({ a: [1] });
  });

  test.each([
    ["", 'it starts with ""'],
    ["<html>", 'it starts with "<html>"'],
    [`{"a":${"1".repeat(100)}`, `it starts with ${JSON.stringify(`{"a":${"1".repeat(35)}`)}`],
  ])("%p is refused, and shown", async (body, why) => {
    const { response, url } = await responseTo(() => new Response(body));
    const error = await caught(() => response.json());
    expect(messageOf(error)).toBe(`Cannot read the body of ${url} as JSON: ${why}`);
  });

  test.each([
    ["binary", { a: 1 }, undefined],
    ["none", undefined, "Cannot read JSON from"],
  ] as const)("of a body that is %s", async (responseType, wanted, message) => {
    await using server = echoServer({ "/": () => Response.json({ a: 1 }) });
    using vu = testUser({ clock: systemClock() });
    const response = await vu.inside(({ http }) => http.get(String(server.url), { responseType }));
    let read: unknown;
    const error = await caught(() => {
      read = response.json();
    });
    expect(read).toEqual(wanted);
    expect((error as Error | undefined)?.message.slice(0, 21)).toBe(message);
  });
});
