import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { OutgoingRequest } from "@breakwater/http-client";
import type { HttpVersion } from "../../plan/plan.ts";
import { testUser } from "../../vu/testing/test-user.ts";
import type { RequestParams } from "./params.ts";
import { buildRequest } from "./request.ts";
import { RequestCache } from "./request-cache.ts";

interface Asked {
  readonly url?: string;
  readonly body?: string;
  readonly params?: RequestParams;
  readonly httpVersion?: HttpVersion;
}

/** What is sent of one call. */
function built({ url = "https://a.test:8443/p?q", body, params = {}, httpVersion }: Asked) {
  using vu = testUser({
    clock: new FakeClock(),
    settings: httpVersion === undefined ? {} : { httpVersion },
  });
  const bytes = body === undefined ? undefined : new TextEncoder().encode(body);
  return buildRequest(vu.user, {
    method: body === undefined ? "GET" : "POST",
    url: vu.user.requests.url(url),
    urlText: url,
    body: bytes && { bytes, contentType: undefined },
    params,
  });
}

const versionOf = ({ httpVersion, fields, path, authority }: OutgoingRequest) =>
  httpVersion ?? [fields, path, authority].find((part) => part !== undefined) ?? "1.1";

test.each<[string, Asked, string]>([
  ["https: as the server likes", {}, "auto"],
  ["http: nothing else", { url: "http://a.test/" }, "1.1"],
  ["the option says 1.1", { httpVersion: "1.1" }, "1.1"],
  ["the option says 2, also without TLS", { url: "http://a.test/", httpVersion: "2" }, "2"],
  ["the option says 3", { httpVersion: "3" }, "3"],
  ["the call says 1", { httpVersion: "2", params: { http: "1" } }, "1.1"],
  ["the call says 2", { httpVersion: "1.1", params: { http: "2" } }, "2"],
  ["the call says so in a number", { params: { http: 3 as unknown as "3" } }, "3"],
])("%s", (_name, asked, wanted) => {
  expect(versionOf(built(asked))).toBe(wanted);
});

test("what may become HTTP/2 has its parts apart", () => {
  const headers = { Connection: "close", "Transfer-Encoding": "chunked", "X-A": "1" };
  const request = built({ body: "text", params: { headers, cookies: { a: "1" } } });
  expect(request).toMatchObject({
    path: "/p?q",
    authority: "a.test:8443",
    fields: [
      ["User-Agent", "test"],
      ["X-A", "1"],
      ["Cookie", "a=1"],
      ["Content-Length", "4"],
    ],
  });
  expect(Buffer.from(request.body as Uint8Array).toString()).toBe("text");
  expect(Buffer.from(request.head).toString()).toEndWith("\r\n\r\n");
});

test("a Host of the script's own is the authority", () => {
  expect(built({ params: { headers: { host: "b.test" } } }).authority).toBe("b.test");
});

test("what is HTTP/1.1 goes out in one piece when it is small", () => {
  const request = built({ url: "http://a.test/", body: "text" });
  expect(request.body).toBeUndefined();
  expect(Buffer.from(request.head).toString()).toEndWith("\r\n\r\ntext");
});

test("a plain request is made once", () => {
  using vu = testUser({ clock: new FakeClock() });
  const url = vu.user.requests.url("https://a.test/");
  const hop = { method: "GET", url, urlText: "https://a.test/", body: undefined, params: {} };
  expect(buildRequest(vu.user, hop)).toBe(buildRequest(vu.user, { ...hop, params: { tags: {} } }));
});

describe("the rate of the option `rps`", () => {
  const times = async (requestsPerSecond: number | undefined, workers?: number) => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const settings = { ...vu.user.settings, requestsPerSecond };
    const { limiter } = new RequestCache(settings, workers === undefined ? {} : { workers });
    const seen: number[] = [];
    for (let call = 0; call < 4; call += 1) {
      limiter?.wait(
        vu.user,
        () => seen.push(clock.nowMs()),
        () => seen.push(-1),
      );
    }
    await clock.advanceTo(10_000);
    limiter?.wait(
      vu.user,
      () => seen.push(clock.nowMs()),
      () => seen.push(-1),
    );
    return seen;
  };

  test("is at even distances, and saves up nothing", async () => {
    expect(await times(10)).toEqual([0, 100, 200, 300, 10_000]);
  });

  test("is shared between processes", async () => {
    expect(await times(10, 4)).toEqual([0, 400, 800, 1200, 10_000]);
  });

  test.each([undefined, 0])("of %p is none", async (rate) => {
    expect(await times(rate)).toEqual([]);
  });

  test("lets go of those whose iteration is cut", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const { limiter } = new RequestCache({ ...vu.user.settings, requestsPerSecond: 1 });
    const cut: unknown[] = [];
    const run = vu.iterate(() => {
      limiter?.wait(
        vu.user,
        () => {},
        () => {},
      );
      limiter?.wait(
        vu.user,
        () => cut.push("sent"),
        (error) => cut.push(error),
      );
    });
    vu.user.interrupt();
    expect(await run).toBe("interrupted");
    await clock.advanceTo(5000);
    expect(cut.map(String)).toEqual([expect.stringContaining("interrupted")]);
  });
});
