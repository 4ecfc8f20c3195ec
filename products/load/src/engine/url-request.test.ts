import { expect, test } from "bun:test";
import { toPlan } from "../plan/to-plan.ts";
import type { UrlWorkload } from "./engine.ts";
import { urlRequest } from "./url-request.ts";

const get: UrlWorkload = {
  kind: "url",
  url: "http://me:pass@127.0.0.1:8080/a?b",
  method: "GET",
  headers: [],
  body: undefined,
  timeoutMs: 5000,
};
const { http } = toPlan({}, { userAgent: "test" });

const ours = [
  "Host: 127.0.0.1:8080",
  "User-Agent: test",
  `Authorization: Basic ${btoa("me:pass")}`,
];

test.each<[string, Partial<UrlWorkload>, string[], string]>([
  ["a GET", {}, ["GET /a?b HTTP/1.1", ...ours], ""],
  [
    "a body, which has its length",
    { method: "DELETE", body: "é" },
    ["DELETE /a?b HTTP/1.1", ...ours, "Content-Length: 2"],
    "é",
  ],
  [
    "a POST without a body, too",
    { method: "POST" },
    ["POST /a?b HTTP/1.1", ...ours, "Content-Length: 0"],
    "",
  ],
  [
    "headers given, but for those that frame the body",
    {
      headers: [
        ["host", "a.test"],
        ["X-A", "1"],
        ["X-A", "2"],
        ["content-LENGTH", "7"],
        ["Transfer-Encoding", "chunked"],
      ],
    },
    ["GET /a?b HTTP/1.1", ...ours.slice(1), "host: a.test", "X-A: 1", "X-A: 2"],
    "",
  ],
])("%s", (_name, workload, head, body) => {
  const { request, shownUrl } = urlRequest(http, { ...get, ...workload });
  expect(Buffer.from(request.head).toString()).toBe(`${head.join("\r\n")}\r\n\r\n${body}`);
  expect(shownUrl).toBe("http://****:****@127.0.0.1:8080/a?b");
  expect(request).toMatchObject({ collectBody: false, timeoutMs: 5000 });
});

test.each<[string, Partial<UrlWorkload>, string]>([
  ["a URL", { url: "ftp://127.0.0.1/" }, "Cannot request"],
  ["a method", { method: "GET IT" }, 'Cannot send the method "GET IT"'],
  ["a header", { headers: [["A", "b\nc"]] }, "Cannot send the value of A"],
])("%s that cannot be sent is refused", (_name, workload, message) => {
  expect(() => urlRequest(http, { ...get, ...workload })).toThrow(message);
});
