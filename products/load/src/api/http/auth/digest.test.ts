import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { ResponseHead } from "@breakwater/wire";
import { echoServer, to } from "../testing/echo-server.ts";
import { k6Script } from "../testing/k6-script.ts";
import { readChallenges } from "./challenge.ts";
import { digestAuthorization, isSupported } from "./digest.ts";

const challengesIn = (...values: readonly string[]) =>
  readChallenges({
    headers: () => values.map((value) => ["WWW-Authenticate", value] as const),
  } as unknown as ResponseHead);

describe("challenges", () => {
  test.each<[string, string[], string[]]>([
    ["one", ['Basic realm="a"'], ["basic realm=a"]],
    [
      "several in one header",
      ['Basic realm="a, b", Digest nonce=n , qop="auth"'],
      ["basic realm=a, b", "digest nonce=n qop=auth"],
    ],
    ["several headers", ["NTLM", "Negotiate YWJj=="], ["ntlm", "negotiate YWJj=="]],
    ["with escapes", ['Digest realm="a\\"b"'], ['digest realm=a"b']],
    ["with blanks around =", ['Digest realm = "a"'], ["digest realm=a"]],
    ["nothing", [""], []],
  ])("%s", (_name, headers, wanted) => {
    const shown = challengesIn(...headers).map(({ scheme, token, parameters }) =>
      [scheme, token, ...[...parameters].map(([name, value]) => `${name}=${value}`)]
        .filter(Boolean)
        .join(" "),
    );
    expect(shown).toEqual(wanted);
  });
});

/** The examples of the RFCs. */
const mufasa = {
  username: "Mufasa",
  password: "Circle of Life",
  method: "GET",
  uri: "/dir/index.html",
  body: new Uint8Array(),
  clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const realm = 'realm="http-auth@example.org", qop="auth, auth-int"';
const nonce = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"';

test.each([
  [
    "RFC 7616 3.9.1, MD5",
    `Digest ${realm}, algorithm=MD5, ${nonce}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
    mufasa,
    "8ca523f5e9506fed4657c9700eebdbec",
  ],
  [
    "RFC 7616 3.9.1, SHA-256",
    `Digest ${realm}, algorithm=SHA-256, ${nonce}`,
    mufasa,
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  ],
  [
    "RFC 2617 3.5",
    'Digest realm="testrealm@host.com", qop=auth, nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
    { ...mufasa, password: "Circle Of Life", clientNonce: "0a4f113b" },
    "6629fae49393a05397450978507c4ef1",
  ],
  [
    "RFC 2069 2.4, without qop",
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
    { ...mufasa, password: "CircleOfLife" },
    "1949323746fe6a43ef61f9606e7febea",
  ],
])("%s", (_name, header, request, response) => {
  const [challenge] = challengesIn(header);
  expect(isSupported(challenge!)).toBe(true);
  expect(digestAuthorization(challenge!, request)).toContain(`response="${response}"`);
});

test("the header says all that the server asked for", () => {
  const [challenge] = challengesIn(
    'Digest realm="a\\"b", nonce="n", opaque="o", algorithm=MD5-sess, qop="auth-int", userhash=true',
  );
  const header = digestAuthorization(challenge!, { ...mufasa, clientNonce: "c" });
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const first = md5(`${md5('Mufasa:a"b:Circle of Life')}:n:c`);
  const second = md5(`GET:/dir/index.html:${md5("")}`);
  expect(header).toBe(
    `Digest username="${md5('Mufasa:a"b')}", realm="a\\"b", nonce="n", uri="/dir/index.html", ` +
      `response="${md5(`${first}:n:00000001:c:auth-int:${second}`)}", algorithm=MD5-sess, ` +
      'opaque="o", cnonce="c", qop=auth-int, nc=00000001, userhash=true',
  );
});

test.each([
  ["an unknown algorithm", "Digest algorithm=SHA-1, nonce=n"],
  ["an unknown qop", "Digest qop=x, nonce=n"],
  ["another scheme", "Basic realm=a"],
])("%s cannot be answered", (_name, header) => {
  expect(challengesIn(header).some(isSupported)).toBe(false);
});

/** Lets in whoever knows the password, by RFC 7616 as the server reads it. */
function guarded(password: string, challenge = 'Digest realm="r", nonce="n", qop="auth"') {
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  return async (request: Request): Promise<Response> => {
    const given = request.headers.get("authorization") ?? "";
    const get = (name: string) => new RegExp(`${name}="?([^",]*)`).exec(given)?.[1] ?? "";
    const path = new URL(request.url).pathname;
    const secret = md5(`user:r:${password}`);
    const wanted = `${secret}:n:${get("nc")}:${get("cnonce")}:auth:${md5(`${request.method}:${path}`)}`;
    const isIn = given.startsWith("Digest ") && get("response") === md5(wanted);
    if (isIn) return new Response(`in with ${await request.text()}`);
    return new Response("out", { status: 401, headers: { "www-authenticate": challenge } });
  };
}

describe("auth: digest", () => {
  const ask = async (
    path: string,
    routes: Parameters<typeof echoServer>[0],
    password = "pa:ss",
  ) => {
    await using server = echoServer(routes);
    using script = k6Script();
    const user = `user:${encodeURIComponent(password)}`;
    const response = await script.run((http) =>
      http.post(`http://${user}@127.0.0.1:${server.port}${path}`, "body", { auth: "digest" }),
    );
    const tags = script.requestTags().map((one) => [one.status, one.expected_response]);
    return { response, tags, failed: script.vu.values("http_req_failed") };
  };

  test("answers the server's challenge; both rounds are measured, and none has failed", async () => {
    const { response, tags, failed } = await ask("/", { "/": guarded("pa:ss") });
    expect([response.status, response.body]).toEqual([200, "in with body"]);
    expect(tags).toEqual([
      ["401", "true"],
      ["200", "true"],
    ]);
    expect(failed).toEqual([0, 0]);
    expect(response.request.headers).not.toHaveProperty("Authorization");
  });

  test("asks once: a wrong password is a failed request", async () => {
    const { response, failed } = await ask("/", { "/": guarded("pa:ss") }, "wrong");
    expect([response.status, failed]).toEqual([401, [0, 1]]);
  });

  test("a first answer that does not ask is unexpected, as in k6", async () => {
    const { response, failed } = await ask("/", { "/": () => new Response("open") });
    expect([response.body, failed]).toEqual(["open", [1]]);
  });

  test("a challenge that cannot be answered is the answer", async () => {
    const routes = { "/": guarded("pa:ss", "Digest algorithm=SHA-1, nonce=n") };
    expect((await ask("/", routes)).response.status).toBe(401);
  });

  test("redirects are followed after it", async () => {
    const door = guarded("pa:ss");
    const routes = {
      "/": async (request: Request) => {
        const response = await door(request);
        return response.status === 200 ? to("/in", 303)() : response;
      },
    };
    const { response } = await ask("/", routes);
    expect([response.status, new URL(response.url).pathname]).toEqual([200, "/in"]);
  });
});
