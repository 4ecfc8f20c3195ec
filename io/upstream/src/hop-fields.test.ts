import { expect, test } from "bun:test";
import { passableTrailers } from "./hop-fields.ts";

test.each([
  ...["Transfer-Encoding", "Content-Length", "Connection", "Proxy-Authorization", "Host"],
  ...["Authorization", "Cookie", "Set-Cookie", "Content-Type", "Via"],
  ...["X-Forwarded-For", "x_forwarded_proto", "X-Real-IP", "Forwarded", "X-Request-Id"],
])("the trailer %s is not passed on, where it could be taken for the head's", (name) => {
  const sound = ["X-Checksum", "1"] as const;
  expect(passableTrailers([[name, "a"], sound])).toEqual([sound]);
});

test("a trailer that could end its line is not passed on", () => {
  expect(passableTrailers([["x-a", "1\r\nx-b: 2"]])).toEqual([]);
});
