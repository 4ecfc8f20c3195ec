import { describe, expect, test } from "bun:test";
import type { Field } from "@breakwater/wire";
import type { Stage } from "../call.ts";
import { ask } from "../testing/index.ts";
import { type CorsOptions, cors } from "./cors.ts";

const site = "https://app.example.com";
const refuseAll: Stage = () => (call) => call.respond({ status: 401 });

function preflight(options: CorsOptions, more: readonly Field[] = [], origin: string = site) {
  const method: Field = ["Access-Control-Request-Method", "PUT"];
  const headers: Field[] = [["Origin", origin], method, ...more];
  const request = { method: "OPTIONS", target: "/any", headers };
  return ask(request, { stages: [cors(options), refuseAll] });
}

function get(options: CorsOptions, origin?: string) {
  const headers: Field[] = origin === undefined ? [] : [["Origin", origin]];
  return ask({ headers }, { stages: [cors(options)] });
}

describe("a preflight", () => {
  test("is answered before what would refuse it, for any path", async () => {
    const answer = await preflight({ origins: [site], maxAgeS: 60 });
    expect(answer.status).toBe(204);
    expect(answer.fields).toMatchObject({
      "access-control-allow-origin": site,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-max-age": "60",
    });
  });

  test("gets the fields that it asks for, and caches are told that it did", async () => {
    const asked: Field = ["Access-Control-Request-Headers", "authorization,x-a"];
    const { fields } = await preflight({ origins: [site] }, [asked]);
    expect(fields["access-control-allow-headers"]).toBe("authorization,x-a");
    expect(fields.vary).toBe("origin, access-control-request-headers");
  });

  test("gets the fields that are allowed where there is a list", async () => {
    const asked: Field = ["Access-Control-Request-Headers", "x-evil"];
    const { fields } = await preflight({ origins: [site], requestFields: ["x-a", "x-b"] }, [asked]);
    expect(fields["access-control-allow-headers"]).toBe("x-a, x-b");
  });

  test("of another origin is told nothing", async () => {
    const { status, fields } = await preflight({ origins: [site] }, [], "https://evil.test");
    expect(status).toBe(204);
    expect(Object.keys(fields).filter((name) => name.startsWith("access-"))).toEqual([]);
  });

  test("is more than OPTIONS: without Access-Control-Request-Method it goes on", async () => {
    const request = { method: "OPTIONS", headers: [["Origin", site]] as Field[] };
    const { status } = await ask(request, { stages: [cors({ origins: [site] }), refuseAll] });
    expect(status).toBe(401);
  });
});

describe("an answer", () => {
  test("says whom it is for, and what may be read", async () => {
    const options = { origins: [site], credentials: true, exposedFields: ["x-request-id"] };
    expect((await get(options, site)).fields).toMatchObject({
      "access-control-allow-origin": site,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "x-request-id",
      vary: "origin",
    });
  });

  test("varies by origin even for who names none", async () => {
    const { fields } = await get({ origins: [site] });
    expect([fields.vary, fields["access-control-allow-origin"]]).toEqual(["origin", undefined]);
  });

  test("for everybody is the same for everybody", async () => {
    const { fields } = await get({ origins: ["*"] }, site);
    expect([fields.vary, fields["access-control-allow-origin"]]).toEqual([undefined, "*"]);
  });

  test.each([
    ["https://a.example.com", true],
    ["https://a.b.example.com", true],
    ["https://example.com", false],
    ["http://a.example.com", false],
    ["https://evil.test", false],
    ["https://a-example.com", false],
    ["https://a.exampleXcom", false],
    ["https://evil.test#.example.com", false],
    ["https://a.example.com.evil.test", false],
    ["https://a.example.com:8443", false],
    ["null", false],
  ])("of https://*.example.com for %s: %p", async (origin, isAllowed) => {
    const { fields } = await get({ origins: ["https://*.example.com"] }, origin);
    expect(fields["access-control-allow-origin"] === origin).toBe(isAllowed);
  });
});

test.each([
  [{ origins: ["*"], credentials: true }, 'Cannot allow credentials to the origin "*"'],
  [{ origins: [site, "*"], credentials: true }, 'Cannot allow credentials to the origin "*"'],
  [{ origins: ["example.com"] }, 'Cannot allow the origin "example.com"'],
  [{ origins: ["https://a.test/path"] }, 'Cannot allow the origin "https://a.test/path"'],
  [{ origins: ["https://a.*.test"] }, 'Cannot allow the origin "https://a.*.test"'],
  [{ origins: [site], maxAgeS: -1 }, "Cannot use maxAgeS -1"],
])("%j is refused", (options, message) => {
  expect(() => cors(options)).toThrow(message);
});
