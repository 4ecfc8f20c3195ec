import { describe, expect, test } from "bun:test";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import { CookieJar, type CookieOptions } from "./cookie-jar.ts";
import { type Echo, echoServer } from "./testing/echo-server.ts";
import { k6Script } from "./testing/k6-script.ts";

const home = "http://app.test/";

function jarWith(options: CookieOptions | undefined, url: string = home): CookieJar {
  const jar = new CookieJar();
  expect(jar.set(url, "a", "1", options)).toBe(true);
  return jar;
}

test.each<[string, CookieOptions | undefined, string, boolean]>([
  ["without more is for its host", undefined, "http://app.test/x", true],
  ["is for no other host", undefined, "http://other.test/", false],
  ["may be for a path", { path: "/deep" }, "http://app.test/deep/er", true],
  ["for a path is for no other", { path: "/deep" }, home, false],
  ["may be for a domain", { domain: "app.test" }, "http://sub.app.test/", true],
  ["may be for a domain with a dot", { domain: ".app.test" }, "http://sub.app.test/", true],
  ["cannot be for a foreign domain", { domain: "other.test" }, "http://other.test/", false],
  ["may be for https alone", { secure: true }, home, false],
  ["for https is sent there", { secure: true }, "https://app.test/", true],
  ["may have an age", { max_age: 60 }, home, true],
  ["may have gone already", { max_age: -1 }, home, false],
  ["of no age lasts", { max_age: 0 }, home, true],
  ["may last long", { expires: "Wed, 21 Oct 2099 07:28:00 GMT" }, home, true],
  ["may be long over", { expires: "Thu, 01 Jan 1970 00:00:00 GMT" }, home, false],
  ["may say nothing of its end", { expires: "" }, home, true],
  ["is read in any case", { PATH: "/deep" } as CookieOptions, home, false],
])("a cookie %s", (_name, options, url, isThere) => {
  expect(jarWith(options).cookiesForURL(url)).toEqual(isThere ? { a: ["1"] } : {});
});

test("several cookies of one name are all there, the longest path first", () => {
  const jar = jarWith({ path: "/" });
  jar.set(home, "a", "2", { path: "/deep" });
  jar.set(home, "b", "3");
  expect(jar.cookiesForURL("http://app.test/deep")).toEqual({ a: ["2", "1"], b: ["3"] });
});

test("delete() removes one name, clear() all of a URL", () => {
  const jar = jarWith({ domain: "app.test" });
  jar.set(home, "b", "2");
  jar.set("http://other.test/", "c", "3");
  jar.delete(home, "a");
  expect(jar.cookiesForURL(home)).toEqual({ b: ["2"] });
  jar.clear(home);
  expect(jar.cookiesForURL(home)).toEqual({});
  expect(jar.cookiesForURL("http://other.test/")).toEqual({ c: ["3"] });
});

test.each<[string, (jar: CookieJar) => unknown, string]>([
  [
    "expires that is no date",
    (jar) => jar.set(home, "a", "1", { expires: "soon" }),
    'Cannot read the cookie\'s expires "soon"',
  ],
  ["a deletion without a name", (jar) => jar.delete(home, ""), "Cannot delete a cookie without"],
])("%s is refused", async (_name, run, message) => {
  expect(messageOf(await caught(async () => run(new CookieJar())))).toStartWith(message);
});

describe("in a script", () => {
  const cookieOf = async (response: Promise<{ json(): unknown }>) =>
    ((await response).json() as Echo).headers.cookie;

  test("cookieJar() is the VU's: what is set goes with its requests, for one iteration", async () => {
    await using server = echoServer();
    using script = k6Script();
    const url = String(server.url);
    const first = await script.run((http) => {
      http.cookieJar().set(url, "a", "1");
      return cookieOf(http.get(url));
    });
    const second = await script.run((http) => cookieOf(http.get(url)));
    expect([first, second]).toEqual(["a=1", undefined]);
  });

  test("what a server sets is in the VU's jar", async () => {
    const headers = { "set-cookie": "a=1" };
    await using server = echoServer({ "/set": () => new Response(null, { headers }) });
    using script = k6Script();
    const cookies = await script.run(async (http) => {
      await http.get(`${server.url}set`);
      return http.cookieJar().cookiesForURL(String(server.url));
    });
    expect(cookies).toEqual({ a: ["1"] });
  });

  test("a jar of the script's own is used where it is given, and something else is not", async () => {
    await using server = echoServer();
    using script = k6Script();
    const url = String(server.url);
    const jar = new script.http.CookieJar();
    jar.set(url, "own", "1");
    const seen = await script.run(async (http) => [
      await cookieOf(http.get(url, { jar })),
      await cookieOf(http.get(url, { jar: {} })),
      await cookieOf(http.get(url, { jar, cookies: { own: { value: "2", replace: true } } })),
    ]);
    expect(seen).toEqual(["own=1", undefined, "own=2"]);
  });

  test("`request` says which cookies were sent", async () => {
    await using server = echoServer();
    using script = k6Script();
    const { request } = await script.run((http) =>
      http.get(String(server.url), { cookies: { a: "1", b: { value: "x=y" } } }),
    );
    expect(request.cookies).toEqual({
      a: [{ name: "a", value: "1", replace: false }],
      b: [{ name: "b", value: "x=y", replace: false }],
    });
  });
});
