import { describe, expect, test } from "bun:test";
import type { Field } from "@breakwater/wire";
import type { Stage } from "../call.ts";
import { ask } from "../testing/index.ts";
import { apiKeyTable } from "./api-key-table.ts";
import { apiKeys, authenticate, requireRole, type Verified } from "./authenticate.ts";

const verify = (token: string): Verified => {
  if (token === "ann") return { ok: true, claims: { sub: "ann", roles: ["admin", "dev"] } };
  if (token === "bob") return { ok: true, claims: { sub: "bob", role: "dev" } };
  if (token === "anonymous") return { ok: true, claims: {} };
  return { ok: false, reason: token };
};

const get = (stages: readonly Stage[], headers: readonly Field[]) =>
  ask(
    { headers },
    {
      stages,
      handler: (call) =>
        call.respond({ status: 200, body: JSON.stringify([call.user, call.claims]) }),
    },
  );

const bearer = (token: string): Field[] => [["Authorization", `Bearer ${token}`]];

describe.each([
  ["at once", verify],
  ["later", (token: string) => Promise.resolve(verify(token))],
])("a token that is verified %s", (_when, verifier) => {
  const stages = [authenticate({ verify: verifier })];

  test.each([
    ["Bearer bob", '["bob",{"sub":"bob","role":"dev"}]'],
    ["bearer   bob ", '["bob",{"sub":"bob","role":"dev"}]'],
  ])("%s tells who asks", async (value, text) => {
    const answer = await get(stages, [["Authorization", value]]);
    expect([answer.status, answer.text]).toEqual([200, text]);
  });

  test.each([
    ["expired", "Bearer expired", "invalid_token", "expired"],
    ["bad_signature", "Bearer bad_signature", "invalid_token", "bad signature"],
    ["of nobody", "Bearer anonymous", "invalid_token", "no subject"],
    ["that would break out of quotes", 'Bearer x"\\, y', "invalid_token", "x y"],
  ])("one that is %s is refused", async (_what, value, code, words) => {
    const { status, fields, text } = await get(stages, [["Authorization", value]]);
    expect([status, JSON.parse(text).code]).toEqual([401, code]);
    const error = `Bearer error="invalid_token", error_description="${words}"`;
    expect(fields["www-authenticate"]).toBe(error);
  });

  test("keys that are out of reach are not the client's mistake", async () => {
    const { status, fields } = await get(stages, bearer("keys_unavailable"));
    expect([status, fields["retry-after"]]).toEqual([503, "5"]);
  });
});

test.each([
  [[]],
  [[["Authorization", "Basic YTpi"] as const]],
  [[["Authorization", "Bearer"] as const]],
])("without a token (%j) it is asked for", async (headers) => {
  const { status, fields, text } = await get([authenticate({ verify })], headers);
  expect([status, fields["www-authenticate"]]).toEqual([401, "Bearer"]);
  expect(JSON.parse(text).code).toBe("token_required");
});

test("where it is optional, none is enough, and a wrong one is not", async () => {
  const reasons: string[] = [];
  const onRefusal = (reason: string) => reasons.push(reason);
  const stages = [authenticate({ verify, isOptional: true, onRefusal })];
  expect((await get(stages, [])).text).toBe("[null,null]");
  expect((await get(stages, bearer("expired"))).status).toBe(401);
  expect(reasons).toEqual(["expired"]);
});

test.each([
  ["ann", 200],
  ["bob", 403],
])("of those who must be admins, %s gets %i", async (token, status) => {
  const stages = [authenticate({ verify }), requireRole("admin", "root")];
  const answer = await get(stages, bearer(token));
  expect(answer.status).toBe(status);
});

test("a role that is missing is named, and nobody at all is asked for a token", async () => {
  const refused = await get(
    [authenticate({ verify }), requireRole("admin", "root")],
    bearer("bob"),
  );
  expect(refused.fields["www-authenticate"]).toBe('Bearer error="insufficient_scope"');
  expect(JSON.parse(refused.text).detail).toBe(
    "Cannot let bob do that: it takes the role admin or root",
  );
  expect((await get([requireRole("admin")], [])).status).toBe(401);
});

describe("API keys", () => {
  const keys = apiKeyTable([{ key: "partner-key-1", owner: "acme", tier: "partner" }]);

  test.each([
    ["partner-key-1", 200, '["acme",{"tier":"partner"}]'],
    ["partner-key-2", 401, "invalid_api_key"],
    [undefined, 401, "api_key_required"],
  ])("%s gets %i", async (key, status, says) => {
    const headers: Field[] = key === undefined ? [] : [["X-API-Key", key]];
    const answer = await get([apiKeys({ keys })], headers);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(says);
    expect(answer.fields["www-authenticate"]).toBe(
      status === 401 ? "ApiKey" : (undefined as never),
    );
  });

  test("where they are optional a token may do instead", async () => {
    const stages = [apiKeys({ keys, isOptional: true }), authenticate({ verify })];
    expect((await get(stages, bearer("bob"))).status).toBe(200);
  });
});
