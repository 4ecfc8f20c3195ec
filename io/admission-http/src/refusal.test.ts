import { describe, expect, test } from "bun:test";
import type { RejectionReason } from "@breakwater/admission";
import { Admission } from "./admission.ts";
import type { AdmissionOptions } from "./admission-options.ts";
import { refusalWriter } from "./refusal.ts";
import { limiterOf } from "./testing/limiters.ts";
import { clock } from "./testing/scene.ts";

const reasons: readonly RejectionReason[] = [
  "limit",
  "queue_full",
  "queue_timeout",
  "queue_delay",
  "priority",
  "share",
  "rate",
  "pressure",
  "draining",
  "aborted",
];

describe("refusal", () => {
  test.each(reasons)("%s is told as a code, with problem details of the right length", (reason) => {
    const write = refusalWriter({ limiter: limiterOf(1), clock });
    const rejection = { admitted: false, reason, retryAfterMs: 0, limiter: "a" } as const;
    const { status, headers, body } = write({ ...rejection, partition: undefined }, 503);
    expect(JSON.parse(body)).toMatchObject({ type: "about:blank", status: 503, code: reason });
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
    expect(status).toBe(503);
  });
});

describe("options", () => {
  const usual: AdmissionOptions<string> = { limiter: limiterOf(1), clock };
  const rate = { take: () => never(), size: 0 };

  test.each<[string, object]>([
    ["rate or perKey without a key", { rate }],
    ['status 200 for "limit"', { statuses: { limit: 200 } }],
    ['status NaN for "rate"', { statuses: { rate: Number.NaN } }],
    ["upgrades maybe", { upgrades: "maybe" }],
    ["streams never", { streams: "never" }],
  ])("refuses %s", (what, wrong) => {
    expect(() => new Admission({ ...usual, ...wrong })).toThrow(
      expect.objectContaining({
        code: "bad_option",
        message: expect.stringContaining(`Cannot use ${what}: it takes `),
      }),
    );
  });
});

function never(): never {
  throw new Error("not asked for");
}
