import { describe, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import fc from "fast-check";
import { type TestUserOptions, testUser } from "../../vu/testing/test-user.ts";
import type { ScriptApi } from "../api.ts";
import { CookieJar } from "./cookie-jar.ts";
import { newJar } from "./cookie-library.ts";
import type { RequestParams } from "./params.ts";
import { type Echo, echoServer, to } from "./testing/echo-server.ts";

const openVu = (options: Omit<TestUserOptions, "clock"> = {}) =>
  testUser({ clock: systemClock(), ...options });

/** Answers with these cookies. */
function setting(...cookies: string[]) {
  return (): Response => {
    const headers = new Headers();
    for (const cookie of cookies) headers.append("set-cookie", cookie);
    return new Response(null, { headers });
  };
}

/** The Cookie header of a request. */
async function sent({ http }: ScriptApi, url: string, params?: RequestParams) {
  const response = await http.get(url, params);
  return (response.json() as Echo).headers.cookie;
}

test("what a server sets comes back to it, within an iteration", async () => {
  await using server = echoServer({ "/set": setting("a=1", "b=2; Path=/deep", "c=3; Max-Age=0") });
  using vu = openVu();
  const url = String(server.url);
  const seen = await vu.inside(async (api) => {
    const before = await sent(api, url);
    await api.http.get(`${url}set`);
    return [before, await sent(api, url), await sent(api, `${url}deep/x`)];
  });
  expect(seen).toEqual([undefined, "a=1", "b=2; a=1"]);
  expect(await vu.inside((api) => sent(api, url))).toBeUndefined();
});

test("with noCookiesReset it stays for the iterations to come", async () => {
  await using server = echoServer({ "/set": setting("a=1") });
  using vu = openVu({ settings: { noCookiesReset: true } });
  await vu.inside(({ http }) => http.get(`${server.url}set`));
  expect(await vu.inside((api) => sent(api, String(server.url)))).toBe("a=1");
});

test("a redirect's cookies are sent where it leads", async () => {
  await using server = echoServer({ "/in": to("/home", 302, { "set-cookie": "session=7" }) });
  using vu = openVu();
  expect(await vu.inside((api) => sent(api, `${server.url}in`))).toBe("session=7");
});

test.each([
  ["a foreign domain", "a=1; Domain=example.test"],
  ["a secure host's only", "a=1; Secure"],
  ["another path", "a=1; Path=/other"],
  ["long ago", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
  ["nothing", ""],
])("a cookie for %s does not come back", async (_name, cookie) => {
  await using server = echoServer({ "/set": setting(cookie) });
  using vu = openVu({ client: { lookup: toLoopback } });
  const url = `http://app.test:${server.port}/`;
  const seen = await vu.inside(async (api) => {
    expect((await api.http.get(`${url}set`)).status).toBe(200);
    return sent(api, url);
  });
  expect(seen).toBeUndefined();
});

test("a cookie for the parent domain goes to its other hosts", async () => {
  await using server = echoServer({ "/set": setting("a=1; Domain=app.test", "b=2") });
  using vu = openVu({ client: { lookup: toLoopback } });
  const seen = await vu.inside(async (api) => {
    await api.http.get(`http://one.app.test:${server.port}/set`);
    return sent(api, `http://two.app.test:${server.port}/`);
  });
  expect(seen).toBe("a=1");
});

const toLoopback = async () => [{ address: "127.0.0.1", family: 4 as const }];

describe("params.cookies", () => {
  test.each<[string, RequestParams, string]>([
    ["are added to the jar's", { cookies: { b: "2" } }, "b=2; a=1"],
    ["of the same name, too", { cookies: { a: "2" } }, "a=2; a=1"],
    ["replace it when they say so", { cookies: { a: { value: "2", replace: true } } }, "a=2"],
    ["replace nothing otherwise", { cookies: { a: { value: "2" } } }, "a=2; a=1"],
    ["may be numbers", { cookies: { n: 5 as unknown as string } }, "n=5; a=1"],
    [
      "come behind a Cookie header",
      { headers: { cookie: "c=3" }, cookies: { b: "2" } },
      "c=3; b=2; a=1",
    ],
    ["of another jar", { jar: jarWith("x=9") }, "x=9"],
  ])("%s", async (_name, params, wanted) => {
    await using server = echoServer({ "/set": setting("a=1") });
    using vu = openVu();
    const seen = await vu.inside(async (api) => {
      await api.http.get(`${server.url}set`);
      return sent(api, String(server.url), params);
    });
    expect(seen).toBe(wanted);
  });

  test("are for one call: the jar does not keep them", async () => {
    await using server = echoServer();
    using vu = openVu();
    const url = String(server.url);
    const seen = await vu.inside(async (api) => {
      await sent(api, url, { cookies: { b: "2" } });
      return sent(api, url);
    });
    expect(seen).toBeUndefined();
  });
});

function jarWith(cookie: string) {
  const [name = "", value = ""] = cookie.split("=");
  const jar = new CookieJar();
  jar.set("http://127.0.0.1/", name, value);
  return jar;
}

test("a call's own jar keeps what is set, and the VU's does not", async () => {
  await using server = echoServer({ "/set": setting("a=1") });
  using vu = openVu();
  const jar = new CookieJar();
  const url = String(server.url);
  const seen = await vu.inside(async (api) => {
    await api.http.get(`${url}set`, { jar });
    return [await sent(api, url), await sent(api, url, { jar })];
  });
  expect(seen).toEqual([undefined, "a=1"]);
});

test("no Set-Cookie header, however odd, does more than be ignored", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("127.0.0.1", "[::1]", "a.test", "x"), (text, host) => {
      const jar = newJar();
      jar.setCookieSync(text, `http://${host}/`, { ignoreError: true });
      jar.getCookiesSync(`http://${host}/`);
    }),
  );
});
