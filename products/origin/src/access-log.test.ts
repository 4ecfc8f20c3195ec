import { expect, test } from "bun:test";
import { toJsonLine, toLogLine } from "./access-log.ts";

const record = {
  protocol: "HTTP/1.1",
  method: "GET",
  target: "/bin/1K?a=b",
  source: "192.0.2.7:40312",
  status: 200,
  bodyBytes: 1024,
  tookMs: 1.23456,
  isAborted: false,
};

test("a line says who asked, for what, and what it got", () => {
  expect(toLogLine(record)).toBe("192.0.2.7:40312 GET /bin/1K?a=b HTTP/1.1 200 1024 bytes 1.2 ms");
  expect(toLogLine({ ...record, isAborted: true })).toEndWith("1.2 ms, aborted");
});

test("a line of JSON has the same, and the time", () => {
  expect(JSON.parse(toJsonLine(record, new Date(0)))).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    source: "192.0.2.7:40312",
    protocol: "HTTP/1.1",
    method: "GET",
    uri: "/bin/1K?a=b",
    status: 200,
    body_bytes: 1024,
    duration_ms: 1.235,
    aborted: false,
  });
});
