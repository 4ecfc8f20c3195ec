import { describe, expect, test } from "bun:test";
import type { RateResult, RateRule } from "@breakwater/admission";
import { FakeClock } from "@breakwater/clock/testing";
import { fakeExchange } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/wire";
import type { CallHandler } from "../call.ts";
import { ask, serviceOf } from "../testing/index.ts";
import { apiKeyTable } from "./api-key-table.ts";
import { type RateLimitOptions, type RateOutcome, rateLimit } from "./rate-limit.ts";
import type { RateStore } from "./rate-store.ts";

const rule: RateRule = { limit: 60, periodMs: 60_000, burst: 2 };
const partners: RateRule = { limit: 600, periodMs: 60_000, burst: 5 };
const apiKeys = apiKeyTable([
  { key: "partner-key-1", owner: "acme", tier: "partner" },
  { key: "untiered-key", owner: "nobody special" },
]);

interface Sending {
  readonly clientIp?: string;
  readonly headers?: readonly Field[];
  readonly isCritical?: boolean;
}

/** A service with that limit, and a client. */
function stage(changes: Partial<RateLimitOptions> = {}) {
  const clock = new FakeClock();
  const limit = rateLimit({ anonymous: rule, maxKeys: 100, apiKeys, ...changes });
  const handler: CallHandler = (call) => call.respond({ status: 200 });
  const send = ({ clientIp = "192.0.2.7", headers = [], isCritical = false }: Sending = {}) =>
    ask(
      { headers, target: isCritical ? "/live" : "/" },
      {
        clock,
        stages: [limit],
        clientIp: () => clientIp,
        routes: { "GET /live": { handler, isCritical: true } },
        handler,
      },
    );
  return { clock, send };
}

describe("in memory", () => {
  test("too many are refused with 429, and told when to come again", async () => {
    const { clock, send } = stage();
    const answers = [await send(), await send(), await send()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ fields }) => fields.ratelimit)).toEqual([
      '"anonymous";r=1;t=1',
      '"anonymous";r=0;t=2',
      '"anonymous";r=0;t=2',
    ]);
    expect(answers.map(({ fields }) => fields["retry-after"])).toEqual([undefined, undefined, "1"]);
    expect(answers[2]!.fields["ratelimit-policy"]).toBe('"anonymous";q=60;w=60');
    expect(JSON.parse(answers[2]!.text)).toMatchObject({
      code: "rate_limit_exceeded",
      detail: "Cannot answer more than 60 requests in 60 s: wait 1 s",
    });
    await clock.advanceTo(1000);
    expect((await send()).status).toBe(200);
  });

  test("clients have an allowance each, and one /64 of IPv6 is one client", async () => {
    const { send } = stage();
    const ips = ["192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2", "2001:db8::3"];
    const statuses: number[] = [];
    for (const clientIp of ips) statuses.push((await send({ clientIp })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });

  test("critical routes are not counted", async () => {
    const { send } = stage();
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      statuses.push((await send({ isCritical: true })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect((await send({ isCritical: true })).fields.ratelimit).toBeUndefined();
  });

  test.each([
    ["a key of a tier has its rule, wherever it comes from", "partner-key-1", '"partner";r=4;t=1'],
    ["a key without a tier is as none", "untiered-key", '"anonymous";r=1;t=1'],
    ["a key that nobody has is as none", "made-up-key", '"anonymous";r=1;t=1'],
    ["nor one that is endless", "x".repeat(5000), '"anonymous";r=1;t=1'],
  ])("%s", async (_what, key, left) => {
    const { send } = stage({ tiers: { partner: partners } });
    expect((await send({ headers: [["X-API-Key", key]] })).fields.ratelimit).toBe(left);
  });

  test("what came of each is told, for metrics", async () => {
    const outcomes: [RateOutcome, string][] = [];
    const onOutcome = (outcome: RateOutcome, tier: string) => outcomes.push([outcome, tier]);
    const { send } = stage({ tiers: { partner: partners }, onOutcome });
    await send({ headers: [["X-API-Key", "partner-key-1"]] });
    for (let count = 0; count < 3; count += 1) await send();
    expect(outcomes).toEqual([
      ["admitted", "partner"],
      ["admitted", "anonymous"],
      ["admitted", "anonymous"],
      ["limited", "anonymous"],
    ]);
  });

  test("the answer comes within the call: nobody waits for a promise", () => {
    const service = serviceOf({
      stages: [rateLimit({ anonymous: rule, maxKeys: 10 })],
    });
    const exchange = fakeExchange();
    expect(service(exchange)).toBeUndefined();
    expect(exchange.answer.state).toBe("complete");
  });
});

const admitted: RateResult = {
  admitted: true,
  tatMs: 0,
  limit: 60,
  remaining: 7,
  resetMs: 500,
  retryAfterMs: 0,
};

describe("with a store", () => {
  test("it decides, and is asked for each tier apart", async () => {
    const asked: unknown[] = [];
    const store: RateStore = {
      take: async (key, of) => {
        asked.push([key, of.limit]);
        return { ...admitted, admitted: asked.length === 1, retryAfterMs: 2500 };
      },
    };
    const { send } = stage({ store, tiers: { partner: partners } });
    expect((await send()).fields.ratelimit).toBe('"anonymous";r=7;t=1');
    const refused = await send({ headers: [["X-API-Key", "partner-key-1"]] });
    expect([refused.status, refused.fields["retry-after"]]).toEqual([429, "3"]);
    expect(asked).toEqual([
      ["anonymous:192.0.2.7", 60],
      ["partner:acme", 600],
    ]);
  });

  test.each([
    ["memory", [200, 200, 429], ["admitted", "admitted", "limited"]],
    ["allow", [200, 200, 200], ["uncounted", "uncounted", "uncounted"]],
    ["deny", [503, 503, 503], ["shut", "shut", "shut"]],
  ] as const)("while it is down, %s", async (whenDown, statuses, outcomes) => {
    const seen: unknown[] = [];
    const outages: unknown[] = [];
    let answer = (): Promise<RateResult> => Promise.reject(new Error("no Redis"));
    const store: RateStore = { take: () => answer() };
    const { send } = stage({
      store,
      whenDown,
      onOutcome: (outcome) => seen.push(outcome),
      onOutage: (outage) => outages.push(outage),
    });
    const answers = [await send(), await send(), await send()];
    expect(answers.map(({ status }) => status)).toEqual([...statuses]);
    expect(seen).toEqual([...outcomes]);
    expect(outages).toEqual([{ isDown: true, error: new Error("no Redis") }]);
    answer = () => Promise.resolve(admitted);
    expect((await send()).status).toBe(200);
    expect(outages.slice(1)).toEqual([{ isDown: false }]);
  });
});

test.each([
  ["a limit of 0", { anonymous: { ...rule, limit: 0 } }, "Cannot use limit 0"],
  ["NaN", { anonymous: { ...rule, periodMs: Number.NaN } }, "Cannot use periodMs NaN"],
  ["no keys", { maxKeys: 0 }, "Cannot use maxKeys 0"],
  ["a name that headers cannot hold", { tiers: { 'a"b': rule } }, 'Cannot call a tier "a"b"'],
])("%s is refused", (_what, wrong, message) => {
  expect(() => stage(wrong)).toThrow(message);
});

describe("API keys", () => {
  test("are known by themselves or by their SHA-256", () => {
    const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".toUpperCase();
    const find = apiKeyTable([{ sha256, owner: "hashed" }]);
    expect([find("hello")?.owner, find("Hello")]).toEqual(["hashed", undefined]);
  });

  test.each([
    ["neither", {}, "name either key or sha256"],
    ["both", { key: "long enough", sha256: "0".repeat(64) }, "name either key or sha256"],
    ["a short hash", { sha256: "abc" }, "sha256 takes 64 hexadecimal digits"],
    ["a short key", { key: "short" }, "it takes 8 to 256 characters"],
  ])("%s is refused", (_what, spec, why) => {
    const message = `Cannot use the API key of "me": ${why}`;
    expect(() => apiKeyTable([{ owner: "me", ...spec }])).toThrow(message);
  });

  test("two owners of one are refused, without telling the key", () => {
    const specs = ["one", "two"].map((owner) => ({ key: "the same key", owner }));
    expect(() => apiKeyTable(specs)).toThrow('of "two": somebody else has the same');
  });
});
