import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/wire";
import type { Call, CallHandler } from "../call.ts";
import { serviceOf } from "../testing/index.ts";
import type { CacheStore } from "./cache-store.ts";
import { memoryCache } from "./memory-cache.ts";
import { type CacheOutcome, type ResponseCacheOptions, responseCache } from "./response-cache.ts";

interface Sending {
  readonly target?: string;
  readonly method?: string;
  readonly headers?: readonly Field[];
}

/** A service with a cache whose handler answers "1", "2", … */
function stage(changes: Partial<ResponseCacheOptions> = {}, fields: readonly Field[] = []) {
  const clock = new FakeClock();
  const outcomes: CacheOutcome[] = [];
  const errors: unknown[] = [];
  const calls: Call[] = [];
  const on: { handler: CallHandler; readonly outcomes: CacheOutcome[] } = {
    handler: (call) => call.respond({ status: 200, fields, body: String(calls.length) }),
    outcomes,
  };
  const cache = responseCache({
    clock,
    store: memoryCache({ clock, maxEntries: 100, maxBytes: 100_000 }),
    ttlMs: 1000,
    maxBodyBytes: 1000,
    maxWaiting: 10,
    maxWaitMs: 5000,
    onOutcome: (outcome) => outcomes.push(outcome),
    onStoreError: (error) => errors.push(error),
    ...changes,
  });
  const service = serviceOf({
    clock,
    stages: [cache.stage],
    handler: (call) => {
      calls.push(call);
      return on.handler(call);
    },
  });
  const open = (sending: Sending = {}): FakeExchange => {
    const exchange = fakeExchange(sending);
    void service(exchange);
    return exchange;
  };
  const send = async (sending: Sending = {}) => seen(open(sending));
  return { clock, cache, on, calls, errors, open, send };
}

/** Status, body and X-Cache of an answer. */
async function seen(exchange: FakeExchange) {
  const answer = await exchange.done;
  return [answer.head?.status, exchange.text(), fieldOf(exchange, "x-cache")];
}

function fieldOf({ answer }: FakeExchange, name: string): string | undefined {
  return answer.head?.fields?.find(([other]) => other.toLowerCase() === name)?.[1];
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe("an answer", () => {
  test("is given again while it is fresh, with its age, and then made anew", async () => {
    const { clock, cache, send, open } = stage();
    expect(await send()).toEqual([200, "1", "MISS"]);
    await clock.advanceTo(999);
    expect(await send()).toEqual([200, "1", "HIT"]);
    await clock.advanceTo(1000);
    expect(await send()).toEqual([200, "2", "MISS"]);
    await clock.advanceTo(1950);
    expect(fieldOf(open(), "age")).toBe("0");
    expect(cache.counts()).toEqual({ hits: 2, stale: 0, misses: 2, bypassed: 0, hitRate: 0.5 });
  });

  test("is for that path, query and host alone", async () => {
    const { send } = stage();
    const sendings = [{ target: "/a" }, { target: "/a?b" }, { target: "/A" }];
    for (const sending of [...sendings, { target: "/a", headers: [["host", "b"]] as Field[] }]) {
      expect((await send(sending))[2]).toBe("MISS");
    }
  });

  test("to HEAD comes from GET's", async () => {
    const { send } = stage();
    expect((await send({ method: "HEAD" }))[2]).toBe("MISS");
    await send();
    expect((await send({ method: "HEAD" }))[2]).toBe("HIT");
  });

  test("keeps what the handler set besides", async () => {
    const { on, send, open } = stage();
    on.handler = (call) => {
      call.setField("x-total", "7");
      call.vary("accept-language");
      call.respond({ status: 200, body: "a" });
    };
    await send();
    const again = open();
    expect([fieldOf(again, "x-cache"), fieldOf(again, "x-total")]).toEqual(["HIT", "7"]);
    expect(fieldOf(again, "vary")).toBe("accept-language");
    expect((await send({ headers: [["Accept-Language", "de"]] }))[2]).toBe("MISS");
  });

  test("that comes in parts is kept when it has come", async () => {
    const { on, send } = stage();
    on.handler = (call) => {
      const body = call.begin({ status: 200 });
      for (const part of ["ab", "c"]) body.write(Buffer.from(part));
      body.end();
    };
    expect(await send()).toEqual([200, "abc", "MISS"]);
    expect(await send()).toEqual([200, "abc", "HIT"]);
  });

  test("says that nothing has changed to who has it", async () => {
    const { send } = stage({}, [["etag", '"v1"']]);
    const known: Sending = { headers: [["If-None-Match", 'W/"v1", "v0"']] };
    expect(await send(known)).toEqual([304, "", "MISS"]);
    expect(await send()).toEqual([200, "1", "HIT"]);
    expect(await send(known)).toEqual([304, "", "HIT"]);
    expect((await send({ headers: [["If-None-Match", '"v0"']] }))[0]).toBe(200);
  });

  test("is made in full even for who has it, since others have not", async () => {
    const { on, send } = stage();
    on.handler = (call) => {
      const has = call.request.header("if-none-match") !== undefined;
      const names = call.request.headers().map(([name]) => name);
      call.respond({ status: has ? 304 : 200, fields: [["etag", '"v1"']], body: `${names}` });
    };
    const headers: Field[] = [
      ["If-None-Match", '"v1"'],
      ["Accept", "a"],
    ];
    expect(await send({ headers })).toEqual([304, "", "MISS"]);
    expect(await send()).toEqual([200, "Accept", "HIT"]);
  });

  test.each<[string, Field, number | undefined]>([
    ["its max-age", ["cache-control", "public, max-age=3"], 3000],
    ["s-maxage before that", ["Cache-Control", "max-age=1, s-maxage=3"], 3000],
    ["the stage's otherwise", ["cache-control", "public"], 1000],
  ])("is good for %s", async (_what, field, freshMs) => {
    const { clock, send } = stage({}, [field]);
    await send();
    await clock.advanceTo(freshMs! - 1);
    expect((await send())[2]).toBe("HIT");
    await clock.advanceTo(freshMs!);
    expect((await send())[2]).toBe("MISS");
  });

  test("varies as it says, and clients that accept the same coding share it", async () => {
    const { send } = stage({}, [["vary", "Accept-Encoding, X-A"]]);
    const asking = (accept: string, a: string): Sending => ({
      headers: [
        ["Accept-Encoding", accept],
        ["X-A", a],
      ],
    });
    expect(await send(asking("gzip", "1"))).toEqual([200, "1", "MISS"]);
    expect(await send(asking("gzip", "2"))).toEqual([200, "2", "MISS"]);
    expect(await send(asking("x-gzip, identity;q=0.1", "1"))).toEqual([200, "1", "HIT"]);
    expect(await send(asking("br", "1"))).toEqual([200, "3", "MISS"]);
  });
});

describe("never kept is", () => {
  test.each<[string, readonly Field[], number?]>([
    ["a cookie", [["Set-Cookie", "a=b"]]],
    ["no-store", [["Cache-Control", "no-store"]]],
    ["no-cache", [["Cache-Control", "no-cache"]]],
    ["private", [["Cache-Control", "private, max-age=60"]]],
    ["max-age=0", [["Cache-Control", "max-age=0"]]],
    ["Vary: *", [["Vary", "*"]]],
    ["an answer to be tried again", [], 503],
    ["a redirect for now", [], 302],
    ["a part", [["Content-Range", "bytes 0-1/2"]], 206],
  ])("%s", async (_what, fields, status = 200) => {
    const { on, calls, send } = stage();
    on.handler = (call) => call.respond({ status, fields, body: "x" });
    await send();
    expect((await send())[2]).not.toBe("HIT");
    expect(calls).toHaveLength(2);
  });

  test.each<[string, Sending]>([
    ["POST", { method: "POST" }],
    ["a range", { headers: [["Range", "bytes=0-1"]] }],
    ["no-store", { headers: [["Cache-Control", "no-store"]] }],
    ["a token", { headers: [["Authorization", "Bearer a"]] }],
    ["a cookie", { headers: [["Cookie", "a=b"]] }],
    ["an API key", { headers: [["X-API-Key", "a"]] }],
  ])("what is asked for with %s", async (_what, sending) => {
    const { on, send } = stage();
    await send();
    expect(await send(sending)).toEqual([200, "2", undefined]);
    expect(await send()).toEqual([200, "1", "HIT"]);
    expect(on.outcomes).toEqual(["miss", "bypass", "hit"]);
  });

  test.each([
    ["a long body", (call: Call) => call.respond({ status: 200, body: "x".repeat(1001) })],
    [
      "a long stream",
      (call: Call) => {
        const body = call.begin({ status: 200 });
        for (let part = 0; part < 11; part += 1) body.write(Buffer.alloc(100));
        body.end();
      },
    ],
    [
      "a stream that broke off",
      (call: Call) => {
        const body = call.begin({ status: 200 });
        body.write(Buffer.from("half"));
        body.abort();
      },
    ],
  ])("%s", async (_what, handler) => {
    const { on, calls, send } = stage();
    on.handler = handler;
    await send();
    await send();
    expect(calls).toHaveLength(2);
  });
});

describe("whose it is", () => {
  const asUser = (user: string): Sending => ({ headers: [["Authorization", `Bearer ${user}`]] });

  test("everyone's, if the stage says so", async () => {
    const { send } = stage({ audience: "everyone" });
    await send(asUser("ann"));
    expect(await send(asUser("bob"))).toEqual([200, "1", "HIT"]);
  });

  test("or each user's own, private ones as well", async () => {
    const clock = new FakeClock();
    const cache = responseCache({
      clock,
      store: memoryCache({ clock, maxEntries: 10, maxBytes: 100_000 }),
      ...{ ttlMs: 1000, maxBodyBytes: 1000, maxWaiting: 10, maxWaitMs: 1000 },
      audience: "user",
    });
    let count = 0;
    const service = serviceOf({
      clock,
      stages: [
        (next) => (call) => {
          call.identify(call.request.header("authorization")!.slice(7), {});
          return next(call);
        },
        cache.stage,
      ],
      handler: (call) => {
        count += 1;
        const fields: Field[] = [["cache-control", "private"]];
        call.respond({ status: 200, fields, body: `${call.user} ${count}` });
      },
    });
    const texts: string[] = [];
    for (const user of ["ann", "bob", "ann", "bob"]) {
      const exchange = fakeExchange(asUser(user));
      void service(exchange);
      texts.push(exchange.text());
    }
    expect(texts).toEqual(["ann 1", "bob 2", "ann 1", "bob 2"]);
  });
});

describe("many who ask for the same at once", () => {
  /** The handler waits until it is told; the others are those who wait with it. */
  async function crowd(size: number, changes: Partial<ResponseCacheOptions> = {}) {
    const on = stage(changes);
    on.on.handler = () => {};
    const exchanges = Array.from({ length: size }, () => on.open());
    await turns();
    return { ...on, exchanges };
  }

  test("cost the handler one call", async () => {
    const { calls, exchanges, cache } = await crowd(5);
    expect(calls).toHaveLength(1);
    calls[0]!.respond({ status: 200, body: "shared" });
    const answers = await Promise.all(exchanges.map(seen));
    expect(answers.map(([, text]) => text)).toEqual(Array(5).fill("shared"));
    expect(cache.counts()).toMatchObject({ hits: 4, misses: 1, hitRate: 0.8 });
  });

  test("who waits too long asks the handler, too", async () => {
    const { clock, calls, exchanges } = await crowd(3, { maxWaitMs: 100 });
    await clock.advanceTo(100);
    expect(calls).toHaveLength(3);
    for (const [index, call] of calls.entries()) call.respond({ status: 200, body: `${index}` });
    const answers = await Promise.all(exchanges.map(seen));
    expect(answers.map(([, text]) => text)).toEqual(["0", "1", "2"]);
  });

  test("no more wait than may", async () => {
    const { calls } = await crowd(5, { maxWaiting: 2 });
    expect(calls).toHaveLength(3);
  });

  test("the next one asks if the first fails, throws or goes away", async () => {
    const { on, calls, exchanges } = await crowd(4);
    calls[0]!.respond({ status: 500 });
    await turns();
    expect(calls).toHaveLength(2);
    exchanges[1]!.goAway();
    on.handler = () => {
      on.handler = (call) => call.respond({ status: 200, body: "well" });
      throw new Error("no");
    };
    const answers = await Promise.all(exchanges.slice(2).map(seen));
    expect(answers.map(([status]) => status)).toEqual([500, 200]);
  });

  test("nobody waits for what was not to be shared", async () => {
    const { on, calls, exchanges } = await crowd(4);
    on.handler = (call) => call.respond({ status: 200, body: "own" });
    calls[0]!.respond({ status: 200, fields: [["set-cookie", "a=b"]], body: "first" });
    const answers = await Promise.all(exchanges.map(seen));
    expect(answers.map(([, text]) => text)).toEqual(["first", "own", "own", "own"]);
    expect(calls).toHaveLength(4);
  });

  test("nobody gets what turns out to vary by what only the others sent", async () => {
    const { on, calls, open } = stage();
    on.handler = () => {};
    const exchanges = ["de", "en", "de"].map((language) =>
      open({ headers: [["Accept-Language", language]] }),
    );
    const fields: Field[] = [["vary", "accept-language"]];
    on.handler = (call) => call.respond({ status: 200, fields, body: "english" });
    calls[0]!.respond({ status: 200, fields, body: "deutsch" });
    const answers = await Promise.all(exchanges.map(seen));
    expect(answers.map(([, text]) => text)).toEqual(["deutsch", "english", "deutsch"]);
  });

  test("who goes away while it waits is forgotten", async () => {
    const { calls, exchanges, on } = await crowd(2);
    exchanges[1]!.goAway();
    calls[0]!.respond({ status: 200 });
    await turns();
    expect([calls.length, on.outcomes]).toEqual([1, ["miss"]]);
  });
});

describe("a stale answer", () => {
  test("is given while one request renews it", async () => {
    const { clock, on, calls, send, open } = stage({ staleMs: 500 });
    await send();
    await clock.advanceTo(1200);
    on.handler = () => {};
    const renewing = open();
    expect(await send()).toEqual([200, "1", "STALE"]);
    calls[1]!.respond({ status: 200, body: "new" });
    expect(await seen(renewing)).toEqual([200, "new", "MISS"]);
    expect(await send()).toEqual([200, "new", "HIT"]);
  });

  test("is given instead of an error, until it is too old", async () => {
    const { clock, on, send } = stage({ staleMs: 500 });
    await send();
    on.handler = (call) => call.respond({ status: 503 });
    await clock.advanceTo(1499);
    expect(await send()).toEqual([200, "1", "STALE"]);
    await clock.advanceTo(1500);
    expect((await send())[0]).toBe(503);
  });

  test("no-cache renews what is kept, once for all who ask for that", async () => {
    const { on, calls, send, open } = stage();
    await send();
    on.handler = () => {};
    const renewals = [1, 2].map(() => open({ headers: [["Cache-Control", "no-cache"]] }));
    expect(await send()).toEqual([200, "1", "HIT"]);
    calls[1]!.respond({ status: 200, body: "new" });
    expect((await seen(renewals[0]!))[1]).toBe("new");
    expect(calls).toHaveLength(2);
    expect(await send()).toEqual([200, "new", "HIT"]);
  });
});

describe("tags", () => {
  const tagsOf = (call: Call) => ["all", call.request.path];

  test("make invalid what has them, and nothing else", async () => {
    const { cache, send } = stage({ tagsOf });
    const get = async () => {
      const a = await send({ target: "/a" });
      return [a[2], (await send({ target: "/b" }))[2]];
    };
    await get();
    expect(await get()).toEqual(["HIT", "HIT"]);
    await cache.invalidate("/a");
    expect(await get()).toEqual(["MISS", "HIT"]);
    await cache.invalidate("all");
    expect(await get()).toEqual(["MISS", "MISS"]);
  });

  test("what is being made while its tag is made invalid is not kept", async () => {
    const { cache, on, calls, send, open } = stage({ tagsOf });
    on.handler = () => {};
    const first = open();
    await cache.invalidate("all");
    calls[0]!.respond({ status: 200, body: "old" });
    await first.done;
    on.handler = (call) => call.respond({ status: 200, body: "new" });
    expect(await send()).toEqual([200, "new", "MISS"]);
  });
});

describe("a store that answers later", () => {
  const later = (inner: CacheStore): CacheStore => ({
    get: async (key) => inner.get(key),
    set: async (key, answer, options) => inner.set(key, answer, options),
    invalidate: async (tag) => inner.invalidate(tag),
  });

  test("serves as well", async () => {
    const clock = new FakeClock();
    const { on, send, open, calls } = stage({
      store: later(memoryCache({ clock, maxEntries: 10, maxBytes: 10_000 })),
    });
    on.handler = () => {};
    const exchanges = [1, 2, 3].map(() => open());
    await turns();
    expect(calls).toHaveLength(1);
    calls[0]!.respond({ status: 200, body: "shared" });
    const answers = await Promise.all(exchanges.map(seen));
    expect(answers.map(([, text]) => text)).toEqual(["shared", "shared", "shared"]);
    expect(await send()).toEqual([200, "shared", "HIT"]);
  });

  test("and one that is down costs nothing but the hits", async () => {
    const down = () => Promise.reject(new Error("down"));
    const { send, errors } = stage({ store: { get: down, set: down, invalidate: down } });
    expect(await send()).toEqual([200, "1", "MISS"]);
    expect(await send()).toEqual([200, "2", "MISS"]);
    expect(errors).toEqual([new Error("down"), new Error("down")]);
  });
});

describe("in memory", () => {
  const answer = { status: 200, fields: [], body: new Uint8Array(100), tags: ["t"], freshMs: 10 };
  const kept = { asOf: 0, keepMs: 1000 };

  test("there are never more than allowed, nor more bytes", () => {
    const clock = new FakeClock();
    const few = memoryCache({ clock, maxEntries: 3, maxBytes: 1_000_000 });
    const small = memoryCache({ clock, maxEntries: 1000, maxBytes: 5000 });
    for (let index = 0; index < 100; index += 1) {
      few.set(`${index}`, answer, kept);
      small.set(`${index}`, answer, kept);
    }
    expect(few.entries).toBe(3);
    expect(small.bytes).toBeWithin(4000, 5001);
    small.set("large", { ...answer, body: new Uint8Array(1000) }, kept);
    expect(small.get("large")).toMatchObject({ found: undefined });
    small.invalidate("t");
    expect([small.entries, small.bytes]).toEqual([0, 0]);
  });

  test("what was made invalid so long ago that it is forgotten is not kept", () => {
    const cache = memoryCache({ clock: new FakeClock(), maxEntries: 3, maxBytes: 100_000 });
    for (let index = 0; index < 1500; index += 1) cache.invalidate(`tag ${index}`);
    cache.set("old", answer, kept);
    cache.set("new", answer, { ...kept, asOf: 1500 });
    cache.set("untagged", { ...answer, tags: [] }, kept);
    const isKept = (key: string) => cache.get(key).found !== undefined;
    expect(["old", "new", "untagged"].map(isKept)).toEqual([false, true, true]);
  });
});

test.each([
  [{ ttlMs: 0 }, "Cannot use ttlMs 0"],
  [{ maxBodyBytes: Number.NaN }, "Cannot use maxBodyBytes NaN"],
  [{ maxWaitMs: 0 }, "Cannot use maxWaitMs 0"],
])("%j is refused", (options, message) => {
  expect(() => stage(options)).toThrow(message);
});
