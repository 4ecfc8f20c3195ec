import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { type Outbound, type OutboundEvent, type OutboundOptions, outbound } from "./outbound.ts";
import { OutboundError } from "./outbound-error.ts";
import { caught } from "./testing/caught.ts";
import { countingServer } from "./testing/counting-server.ts";

const clock = systemClock();
const backoff = { baseMs: 0, maxMs: 0, maxRetryAfterMs: 0 };
const retry = {
  maxAttempts: 3,
  budget: { share: 1, minPerSecond: 10, windowMs: 10_000 },
  backoff,
};
const breaker = { failureShare: 0.5, windowMs: 10_000, minRequests: 10, openMs: 10_000 };

function service(options: Partial<OutboundOptions> = {}): Outbound {
  const times = { attemptTimeoutMs: 5000, totalTimeoutMs: 10_000 };
  return outbound({ clock, random: () => 0.5, ...times, ...options });
}

const failing = (status: number) => () => new Response("no", { status });

test.each([
  ["GET", 503, {}, 3],
  ["PUT", 502, {}, 3],
  ["get", 429, {}, 3],
  ["POST", 503, {}, 1],
  ["POST", 503, { idempotent: true }, 3],
  ["GET", 503, { idempotent: false }, 1],
  ["GET", 501, {}, 1],
  ["GET", 404, {}, 1],
  ["GET", 200, {}, 1],
  ["PUT", 503, { body: "again" }, 3],
  ["PUT", 503, { body: new Response("once").body }, 1],
])("a %s that is answered %d, with %j, is tried %d times", async (method, status, init, hits) => {
  await using server = countingServer(failing(status));
  const response = await service({ retry }).fetch(server.url, { method, ...init });
  expect([response.status, response.url, await response.text()]).toEqual([
    status,
    server.url,
    "no",
  ]);
  expect(server.hits).toBe(hits);
});

test("what fails once is as if it had not failed", async () => {
  const long = "x".repeat(1_000_000);
  const answers = [
    () => new Response(long, { status: 500 }),
    () => new Response("short", { status: 502 }),
  ];
  await using server = countingServer((n) => answers[n - 1]?.() ?? Response.json({ n }));
  const events: OutboundEvent[] = [];
  const calls = service({ retry, onEvent: (event) => events.push(event) });
  expect(await (await calls.fetch(server.url)).json()).toEqual({ n: 3 });
  expect(events.map((event) => (event.type === "attempt" ? event.outcome : ""))).toEqual([
    500, 502, 200,
  ]);
  expect(calls.snapshot()).toMatchObject({ requests: 1, attempts: 3, retries: 2 });
});

/** How many requests reach a service that answers none of them well, for each that was meant. */
async function loadOf(calls: Outbound): Promise<number> {
  await using server = countingServer(failing(503));
  for (let n = 0; n < 200; n += 1) {
    const response = await calls.fetch(server.url).catch(() => undefined);
    await response?.text();
  }
  return server.hits / 200;
}

test("lasting failure makes the load larger by the budget's share, not threefold", async () => {
  const budget = { share: 0.1, minPerSecond: 0, windowMs: 10_000 };
  expect(await loadOf(service({ retry: { ...retry, budget: { ...budget, share: 1 } } }))).toBe(2);
  const unlimited = { ...budget, minPerSecond: 1e6 };
  expect(await loadOf(service({ retry: { ...retry, budget: unlimited } }))).toBe(3);
  const calls = service({ retry: { ...retry, budget } });
  const load = await loadOf(calls);
  expect([load > 1.05, load <= 1.1]).toEqual([true, true]);
  expect(calls.snapshot()).toMatchObject({ retriesLeft: 0, budgetExhausted: 200 });
});

test("with a circuit breaker lasting failure makes hardly any load", async () => {
  const calls = service({ retry, breaker });
  expect(await loadOf(calls)).toBe(0.05);
  const error = await caught(calls.fetch("http://127.0.0.1:1"));
  expect([error.code, error.retryAfterMs > 5000]).toEqual(["circuit_open", true]);
  const { circuit, refused, attempts } = calls.snapshot();
  expect([circuit, refused > 190, attempts]).toEqual(["open", true, 10]);
});

test.each([
  ["4xx", 404, "closed"],
  ["429", 429, "closed"],
  ["5xx", 500, "open"],
])("answers of %s leave the circuit %s: %s", async (_what, status, circuit) => {
  await using server = countingServer(failing(status));
  const calls = service({ breaker });
  for (let n = 0; n < 10; n += 1) await calls.fetch(server.url);
  expect(calls.snapshot().circuit).toBe(circuit as "open");
});

const never = () => new Promise<Response>(() => {});

test("an attempt that is not answered in its time is cut and tried again", async () => {
  await using server = countingServer((n) => (n === 1 ? never() : new Response("ok")));
  const calls = service({ retry, attemptTimeoutMs: 50 });
  expect(await (await calls.fetch(server.url)).text()).toBe("ok");
  const alone = service({ attemptTimeoutMs: 20 });
  await using silent = countingServer(never);
  expect((await caught(alone.fetch(silent.url))).code).toBe("attempt_timeout");
});

test("all attempts together end by the total time", async () => {
  await using server = countingServer(never);
  const calls = service({ retry, attemptTimeoutMs: 40, totalTimeoutMs: 60 });
  const error = await caught(calls.fetch(server.url));
  expect([error.code, server.hits]).toEqual(["deadline", 2]);
});

test("a wait that would end after the total time is not begun", async () => {
  await using server = countingServer(
    () => new Response("busy", { status: 503, headers: { "retry-after": "60" } }),
  );
  const patient = { ...retry, backoff: { ...backoff, maxRetryAfterMs: 100_000 } };
  const response = await service({ retry: patient }).fetch(server.url);
  expect([response.status, await response.text(), server.hits]).toEqual([503, "busy", 1]);
});

test("a body that stops coming ends by the total time, as an error of ours", async () => {
  const start = (controller: ReadableStreamDefaultController) =>
    controller.enqueue(new TextEncoder().encode("beginning"));
  await using server = countingServer(() => new Response(new ReadableStream({ start })));
  const response = await service({ totalTimeoutMs: 60 }).fetch(server.url);
  expect((await caught(response.text())).code).toBe("deadline");
});

test("a body may take longer than an attempt until its headers", async () => {
  const start = (controller: ReadableStreamDefaultController) => {
    controller.enqueue(new TextEncoder().encode("slow"));
    clock.at(clock.nowMs() + 60, () => controller.close());
  };
  await using server = countingServer(() => new Response(new ReadableStream({ start })));
  const response = await service({ attemptTimeoutMs: 40 }).fetch(server.url);
  expect(await response.text()).toBe("slow");
});

test("the body of a failed attempt is let go, however long it is", async () => {
  const letGo = Promise.withResolvers<void>();
  const endless = {
    pull: (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new Uint8Array(65_536)),
    cancel: () => letGo.resolve(),
  };
  await using server = countingServer((n) =>
    n === 1 ? new Response(new ReadableStream(endless), { status: 503 }) : new Response("ok"),
  );
  // Held, or the garbage collector would let go of it.
  const held: Response[] = [];
  const holding = async (url: string, init: RequestInit) => {
    held.push(await fetch(url, init));
    return held.at(-1)!;
  };
  const times = { attemptTimeoutMs: 600_000, totalTimeoutMs: 600_000 };
  const calls = service({ retry, ...times, fetch: holding });
  expect(await (await calls.fetch(server.url)).text()).toBe("ok");
  await letGo.promise;
  expect(held).toHaveLength(2);
});

test("who goes takes everything with them, and the circuit does not count it", async () => {
  const aborted = Promise.withResolvers<void>();
  await using server = countingServer((_n, request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    return never();
  });
  const calls = service({ retry, breaker: { ...breaker, minRequests: 1 } });
  const gone = new AbortController();
  clock.at(clock.nowMs() + 20, () => gone.abort("bored"));
  const error = await caught(calls.fetch(server.url, { signal: gone.signal }));
  await aborted.promise;
  expect([error.code, error.cause, server.hits]).toEqual(["aborted", "bored", 1]);
  expect(calls.snapshot()).toMatchObject({ circuit: "closed", failedAttempts: 0 });
  const before = await caught(calls.fetch(server.url, { signal: AbortSignal.abort() }));
  expect([before.code, server.hits]).toEqual(["aborted", 1]);
});

test("who goes during the wait for a retry is not kept", async () => {
  const events: OutboundEvent[] = [];
  await using server = countingServer(failing(503));
  const gone = new AbortController();
  const slow = { ...retry, backoff: { ...backoff, baseMs: 9000, maxMs: 9000 } };
  const onEvent = (event: OutboundEvent) => {
    events.push(event);
    clock.at(clock.nowMs() + 5, () => gone.abort());
  };
  const calls = service({ retry: slow, onEvent });
  const error = await caught(calls.fetch(server.url, { signal: gone.signal }));
  expect([error.code, events.length, server.hits]).toEqual(["aborted", 1, 1]);
});

test("a service that is not there is a network error that names its origin and no secret", async () => {
  const calls = service({ retry });
  const error = await caught(calls.fetch("http://127.0.0.1:1/?token=hush"));
  expect([error.code, error.cause instanceof Error]).toEqual(["network", true]);
  expect(error.message).toStartWith("Cannot GET http://127.0.0.1:1: ");
  expect(calls.snapshot()).toMatchObject({ attempts: 3, failedAttempts: 3 });
});

test.each(["nonsense", "ftp://127.0.0.1/", ""])("%j is not called", async (url) => {
  expect((await caught(service().fetch(url))).code).toBe("bad_request");
});

test.each([
  [{ attemptTimeoutMs: 0 }, "attemptTimeoutMs 0"],
  [{ totalTimeoutMs: Number.NaN }, "totalTimeoutMs NaN"],
  [{ retry: { ...retry, maxAttempts: 0 } }, "retry.maxAttempts 0"],
  [{ retry: { ...retry, backoff: { ...backoff, baseMs: -1 } } }, "backoff.baseMs -1"],
])("%j is refused by name", (options, what) => {
  expect(() => service(options)).toThrow(OutboundError);
  expect(() => service(options)).toThrow(`Cannot use ${what}: it takes `);
});
