import { expect, test } from "bun:test";
import type { Stage } from "../call.ts";
import { ask } from "../testing/index.ts";
import { type SecurityHeadersOptions, securityHeaders } from "./security-headers.ts";

const get = (options?: SecurityHeadersOptions, inner: readonly Stage[] = []) =>
  ask({}, { stages: [securityHeaders(options), ...inner] });

test("every answer has them, a refusal as well", async () => {
  const refuse: Stage = () => (call) => call.respond({ status: 401 });
  const { status, fields } = await get({}, [refuse]);
  expect(status).toBe(401);
  expect(fields).toEqual({
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-request-id": "id-1",
  });
});

test.each([
  ["not over plain HTTP", {}, undefined],
  ["where a proxy in front has TLS", { isBehindTls: true }, "max-age=31536000; includeSubDomains"],
  ["not if it is switched off", { isBehindTls: true, hstsMaxAgeS: 0 }, undefined],
])("HSTS: %s", async (_when, options, value) => {
  expect((await get(options)).fields["strict-transport-security"]).toBe(value as never);
});

test("a handler that says one itself has the word", async () => {
  const policy = "default-src 'self'";
  const { fields } = await ask(
    {},
    {
      stages: [securityHeaders()],
      handler: (call) =>
        call.respond({ status: 200, fields: [["Content-Security-Policy", policy]] }),
    },
  );
  expect(fields["content-security-policy"]).toBe(policy);
});

test("a time that cannot be is refused", () => {
  expect(() => securityHeaders({ hstsMaxAgeS: -1 })).toThrow("Cannot use hstsMaxAgeS -1");
});
