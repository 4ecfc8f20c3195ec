import { describe, expect, test } from "bun:test";
import {
  type ConcurrencyLimiterOptions,
  concurrencyLimiter,
  fixed,
  keyedLimiter,
  type Limiter,
  type PressureGate,
} from "@breakwater/admission";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import type { Call, CallHandler } from "../call.ts";
import type { ServiceRoutes } from "../routes.ts";
import { serviceOf } from "../testing/index.ts";
import { type AdmissionOptions, admission, admissionByKey } from "./admission.ts";

const queue = { maxSize: 1, maxWaitMs: 1000, order: "fifo" } as const;

function limiterOf(clock: FakeClock, more: Partial<ConcurrencyLimiterOptions> = {}): Limiter {
  return concurrencyLimiter({ name: "main", algorithm: fixed(1), clock, mode: "enforce", ...more });
}

interface Rig {
  readonly clock: FakeClock;
  readonly limiter: Limiter;
  /** Calls whose handler has begun, in that order. */
  readonly begun: Call[];
  ask(target?: string): FakeExchange;
}

function rig(
  more: Partial<ConcurrencyLimiterOptions> = {},
  options: Partial<AdmissionOptions> & { readonly routes?: ServiceRoutes } = {},
  answer: CallHandler = () => {},
): Rig {
  const clock = new FakeClock();
  const limiter = limiterOf(clock, more);
  const begun: Call[] = [];
  const handler: CallHandler = (call) => {
    begun.push(call);
    return answer(call);
  };
  const { routes = {}, ...rest } = options;
  const stage = admission({ limiter, random: () => 0, maxLingerMs: 30_000, ...rest });
  const serve = serviceOf({ stages: [stage], handler, routes, clock });
  const ask = (target = "/"): FakeExchange => {
    const exchange = fakeExchange({ target });
    void serve(exchange);
    return exchange;
  };
  return { clock, limiter, begun, ask };
}

const statusOf = ({ answer }: FakeExchange): number => answer.head?.status ?? 0;
/** Long enough for a few awaits. */
const settled = (clock: FakeClock): Promise<void> => clock.advanceTo(clock.nowMs());

test("what may start begins within the same turn", () => {
  const { begun, ask, limiter } = rig();
  ask();
  expect([begun.length, limiter.snapshot().inFlight]).toEqual([1, 1]);
});

test("one too many is told 503 and when to come back, and is no work", () => {
  const { begun, ask } = rig();
  ask();
  const refused = ask();
  const { answer } = refused;
  expect(begun).toHaveLength(1);
  expect(answer.head?.status).toBe(503);
  expect(Object.fromEntries(answer.head?.fields ?? [])).toMatchObject({
    "retry-after": "1",
    "cache-control": "no-store",
    "x-request-id": "id-1",
  });
  expect(refused.text()).toContain('"code":"limit"');
});

describe("in the queue", () => {
  test("a call waits for its turn", async () => {
    const { begun, ask, clock } = rig({ queue });
    ask();
    const second = ask();
    expect([begun.length, statusOf(second)]).toEqual([1, 0]);
    begun[0]?.respond({ status: 200 });
    await settled(clock);
    begun[1]?.respond({ status: 200 });
    expect(statusOf(second)).toBe(200);
  });

  test("a client that goes leaves at once, and nothing is done for it", async () => {
    const { begun, ask, limiter, clock } = rig({ queue });
    ask();
    const second = ask();
    expect(limiter.snapshot().queued).toBe(1);
    second.goAway();
    expect(limiter.snapshot()).toMatchObject({ queued: 0, rejected: { aborted: 1 } });
    begun[0]?.respond({ status: 200 });
    await settled(clock);
    expect([begun.length, limiter.snapshot().inFlight]).toEqual([1, 0]);
  });

  test("a client that goes as its turn comes costs no permit", async () => {
    const { begun, ask, limiter, clock } = rig({ queue });
    ask();
    const second = ask();
    begun[0]?.respond({ status: 200 });
    second.goAway();
    await settled(clock);
    expect([begun.length, limiter.snapshot().inFlight]).toEqual([1, 0]);
  });

  test("who waits too long, or while the service stops, is told so", async () => {
    const { ask, limiter, clock } = rig({ queue });
    ask();
    const late = ask();
    await clock.advanceTo(1000);
    expect(late.text()).toContain('"code":"queue_timeout"');
    const stopped = ask();
    limiter.close();
    await settled(clock);
    expect([statusOf(stopped), stopped.text()]).toEqual([
      503,
      expect.stringContaining('"code":"draining"'),
    ]);
  });
});

describe("a permit goes back as", () => {
  test.each<[string, CallHandler, string]>([
    ["200", (call) => call.respond({ status: 200 }), "success"],
    ["304", (call) => call.respond({ status: 304 }), "success"],
    ["404", (call) => call.respond({ status: 404 }), "ignored"],
    ["500", (call) => call.respond({ status: 500 }), "ignored"],
    ["503", (call) => call.respond({ status: 503 }), "dropped"],
    ["504", (call) => call.respond({ status: 504 }), "dropped"],
    ["cut off", (call) => call.begin({ status: 200 }).abort(), "ignored"],
    ["streamed", (call) => call.begin({ status: 200 }).end(), "success"],
    [
      "a handler that throws",
      () => {
        throw new Error("no");
      },
      "ignored",
    ],
    ["a handler that rejects", () => Promise.reject(new Error("no")), "ignored"],
  ])("%s", async (_what, answer, outcome) => {
    const { ask, limiter, clock } = rig({}, {}, answer);
    ask();
    await settled(clock);
    const { inFlight, released } = limiter.snapshot();
    const expected = { success: 0, dropped: 0, ignored: 0, [outcome]: 1 };
    expect([inFlight, released]).toEqual([0, expected]);
  });
});

describe("a permit is held", () => {
  test("until a stream has ended", () => {
    const { ask, begun, limiter } = rig();
    ask();
    const body = begun[0]?.begin({ status: 200 });
    expect(limiter.snapshot().inFlight).toBe(1);
    body?.end();
    expect(limiter.snapshot().inFlight).toBe(0);
  });

  test("until an upgraded connection has closed", () => {
    const { ask, begun, limiter } = rig();
    ask();
    const wire = begun[0]?.takeOver({ onData: () => {}, onClose: () => {} });
    expect(limiter.snapshot().inFlight).toBe(1);
    wire?.end();
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 1 } });
  });

  test("until the handler is done, though a time limit has answered", async () => {
    const work = Promise.withResolvers<void>();
    const { ask, begun, limiter, clock } = rig({}, {}, () => work.promise);
    ask();
    begun[0]?.respond({ status: 504 });
    await settled(clock);
    expect([limiter.snapshot().inFlight, statusOf(ask())]).toEqual([1, 503]);
    work.resolve();
    await settled(clock);
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { dropped: 1 } });
  });

  test("no longer than is allowed by a handler that never ends", async () => {
    const { ask, begun, limiter, clock } = rig({}, {}, () => new Promise(() => {}));
    ask().goAway();
    await clock.advanceTo(29_999);
    expect(statusOf(ask())).toBe(503);
    await clock.advanceTo(30_000);
    ask();
    expect([begun.length, limiter.snapshot().inFlight]).toEqual([2, 1]);
  });
});

describe("routes", () => {
  test("that are critical are never refused", async () => {
    const pressure: PressureGate = { rejects: () => true, probability: () => 1, worst: "cpu" };
    const live: CallHandler = (call) => call.respond({ status: 200 });
    const routes = { "GET /live": { handler: live, isCritical: true } };
    const { ask, limiter } = rig({}, { routes, pressure });
    limiter.close();
    expect([statusOf(ask("/live")), statusOf(ask())]).toEqual([200, 503]);
  });

  test("that matter more go first", async () => {
    const order: string[] = [];
    const handler: CallHandler = (call) => {
      order.push(call.route.pattern);
      call.respond({ status: 200 });
    };
    const routes = {
      "GET /held": () => {},
      "GET /low": { handler, priority: 2 },
      "GET /high": { handler, priority: 0 },
    };
    const priorities = { levels: 3, default: 1 };
    const { ask, clock } = rig({ queue: { ...queue, maxSize: 5 }, priorities }, { routes });
    const held = ask("/held");
    ask("/low");
    ask("/high");
    held.goAway();
    await settled(clock);
    expect(order).toEqual(["/high", "/low"]);
  });
});

describe("pressure", () => {
  const pressure: PressureGate = { rejects: () => true, probability: () => 1, worst: "cpu" };

  test("sheds before the limiter, and is counted", () => {
    let pressed = 0;
    const onPressed = () => {
      pressed += 1;
    };
    const { ask, begun } = rig({}, { pressure, watch: { onWaited: () => {}, onPressed } });
    expect([statusOf(ask()), begun.length, pressed]).toEqual([503, 0, 1]);
  });

  test("is only counted when the limiter observes", () => {
    const { ask, begun } = rig({ mode: "observe" }, { pressure });
    ask();
    expect(begun).toHaveLength(1);
  });
});

test("a limiter that observes refuses nothing", () => {
  const { ask, begun, limiter } = rig({ mode: "observe" });
  for (let count = 0; count < 3; count += 1) ask();
  expect([begun.length, limiter.snapshot().rejected["limit"]]).toEqual([3, 2]);
});

test("who has its own share in flight is told 429", () => {
  const clock = new FakeClock();
  const limiter = keyedLimiter({
    name: "per client",
    clock,
    maxKeys: 10,
    idleMs: 1000,
    whenFull: "reject",
    make: (key) => concurrencyLimiter({ name: key, algorithm: fixed(1), clock, mode: "enforce" }),
  });
  const keyOf = (call: Call): string => call.clientIp;
  const stage = admissionByKey({ limiter, keyOf, random: () => 0, maxLingerMs: 30_000 });
  const serve = serviceOf({ stages: [stage], handler: () => {}, clock });
  const [first, second] = [fakeExchange(), fakeExchange()];
  void serve(first);
  void serve(second);
  expect([statusOf(first), statusOf(second)]).toEqual([0, 429]);
  expect(second.text()).toContain('"code":"limit"');
});
