import { describe, expect, test } from "bun:test";
import { type CorsRule, corsHeaders } from "./cors.ts";
import { checkBucketName } from "./name.ts";

test.each(["abc", "my-bucket.1", "1a2", "a".repeat(63), "1.2.3"])("%s names a bucket", (name) => {
  expect(() => checkBucketName(name)).not.toThrow();
});

test.each([
  ...["ab", "a".repeat(64), "Abc", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b", "192.168.0.1"],
  ...["xn--ab", "sthree-a", "a-s3alias", "a--ol-s3", "", "..", "a/b", "bücket", "a b"],
])("%j names none", (name) => {
  expect(() => checkBucketName(name)).toThrow(
    expect.objectContaining({ code: "InvalidBucketName" }),
  );
});

const rule: CorsRule = {
  id: undefined,
  allowedOrigins: ["http://*.a.test"],
  allowedMethods: ["GET", "PUT"],
  allowedHeaders: ["x-amz-*"],
  exposeHeaders: ["ETag"],
  maxAgeS: 60,
};
const open = { ...rule, allowedOrigins: ["*"], allowedMethods: ["HEAD"], exposeHeaders: [] };

describe("a rule for other origins", () => {
  test.each<[string, string, string[], string | undefined]>([
    ["http://b.a.test", "GET", [], "http://b.a.test"],
    ["http://b.a.test", "PUT", ["X-Amz-Date"], "http://b.a.test"],
    ["http://b.a.test", "PUT", ["authorization"], undefined],
    ["http://b.a.test", "DELETE", [], undefined],
    ["http://a.test", "GET", [], undefined],
    ["https://b.a.test", "GET", [], undefined],
    ["http://b.a.test.evil.test", "GET", [], undefined],
    ["http://c.test", "HEAD", [], "*"],
  ])("answers %s, which would %s with %j: %j", (origin, method, headers, want) => {
    const fields = corsHeaders([rule, open], { origin, method, headers });
    expect(new Map(fields).get("access-control-allow-origin")).toBe(want as never);
  });

  test("tells a browser all that it may do", () => {
    const asked = { origin: "http://b.a.test", method: "PUT", headers: ["X-Amz-Date"] };
    expect(Object.fromEntries(corsHeaders([rule], asked)!)).toEqual({
      "access-control-allow-origin": "http://b.a.test",
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "x-amz-date",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "60",
      vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    });
  });
});
