import { expect, test } from "bun:test";
import { toLogLine } from "./access-log.ts";

test("an answer is one line", () => {
  const request = new Request("http://origin/bin/1K?chunked=true", { method: "HEAD" });
  const line = toLogLine(
    { request, status: 200, tookMs: 1.26 },
    { sourceOf: () => "192.0.2.7:40312" },
  );
  expect(line).toBe("192.0.2.7:40312 HEAD /bin/1K?chunked=true 200 1.3 ms");
});
