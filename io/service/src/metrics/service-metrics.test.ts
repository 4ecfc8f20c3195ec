import { afterEach, describe, expect, test } from "bun:test";
import { concurrencyLimiter, fixed, type Permit } from "@breakwater/admission";
import { FakeClock } from "@breakwater/clock/testing";
import type { FakeRequest } from "@breakwater/http-server/testing";
import { processPressure } from "@breakwater/pressure";
import type { CallHandler } from "../call.ts";
import { ask } from "../testing/index.ts";
import { metricsJson } from "./metrics-json.ts";
import { type ServiceMetrics, serviceMetrics } from "./service-metrics.ts";

const started: ServiceMetrics[] = [];
afterEach(() => {
  for (const metrics of started.splice(0)) metrics.stop();
});

function start(clock = new FakeClock(), maxActiveUsers = 3): ServiceMetrics {
  const pressure = processPressure({ clock, intervalMs: 500, loopDelayFullMs: 100 });
  const metrics = serviceMetrics({ clock, pressure, activeWindowMs: 300_000, maxActiveUsers });
  started.push(metrics);
  return metrics;
}

/** The lines of the metrics whose names begin so. */
async function scrape(metrics: ServiceMetrics, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split("\n").filter((line) => line.startsWith(name));
}

const userRoutes = (handler: CallHandler) => ({ "ANY /users/:id": handler });

describe("requests", () => {
  const hit = async (
    metrics: ServiceMetrics,
    request: FakeRequest,
    handler: CallHandler,
    clock = new FakeClock(),
  ) => {
    await ask(request, { stages: [metrics.stage], routes: userRoutes(handler), clock });
  };
  const answer =
    (status: number): CallHandler =>
    (call) =>
      call.respond({ status, body: "hello" });

  test("are counted by method, route and status, of which there are few", async () => {
    const metrics = start();
    await hit(metrics, { target: "/users/1" }, answer(200));
    await hit(metrics, { target: "/users/2" }, answer(200));
    await hit(metrics, { target: "/users/2", method: "BREW" }, answer(418));
    await hit(metrics, { target: "/wp-admin" }, answer(200));
    await hit(metrics, { target: "/users/3" }, (call) => call.reset());
    expect(await scrape(metrics, "http_requests_total")).toEqual([
      'http_requests_total{method="GET",route="/users/:id",status="200"} 2',
      'http_requests_total{method="GET",route="/users/:id",status="0"} 1',
      'http_requests_total{method="other",route="/users/:id",status="418"} 1',
      'http_requests_total{method="GET",route="unmatched",status="200"} 1',
    ]);
  });

  test("have their time in buckets that hold those below", async () => {
    const clock = new FakeClock();
    const metrics = start(clock);
    const handler: CallHandler = async (call) => {
      await clock.advanceTo(clock.nowMs() + 150);
      call.respond({ status: 200 });
    };
    await hit(metrics, { target: "/users/1" }, handler, clock);
    const lines = await scrape(metrics, "http_request_duration_seconds");
    const ofBucket = (le: string) => lines.find((line) => line.includes(`le="${le}"`))?.at(-1);
    expect(["0.1", "0.2", "10", "+Inf"].map(ofBucket)).toEqual(["0", "1", "1", "1"]);
    expect(lines.slice(-2)).toEqual([
      'http_request_duration_seconds_sum{method="GET",route="/users/:id",status="200"} 0.15',
      'http_request_duration_seconds_count{method="GET",route="/users/:id",status="200"} 1',
    ]);
  });

  test("are in flight until they are answered, and count their bytes", async () => {
    const metrics = start();
    let during: string[] = [];
    const handler: CallHandler = async (call) => {
      during = await scrape(metrics, "http_requests_in_flight");
      call.respond({ status: 200, body: "hello" });
    };
    await hit(metrics, { target: "/users/1", method: "POST", body: "abc" }, handler);
    expect(during).toEqual(["http_requests_in_flight 1"]);
    expect(await scrape(metrics, "http_requests_in_flight")).toEqual(["http_requests_in_flight 0"]);
    expect(await scrape(metrics, "http_request_bytes")).toEqual(["http_request_bytes_total 3"]);
    expect(await scrape(metrics, "http_response_bytes")).toEqual(["http_response_bytes_total 5"]);
  });
});

describe("active users", () => {
  const visit = async (metrics: ServiceMetrics, clock: FakeClock, ip: string, user?: string) => {
    const handler: CallHandler = (call) => {
      if (user !== undefined) call.identify(user, {});
      call.respond({ status: 200 });
    };
    await ask({}, { stages: [metrics.stage], handler, clock, clientIp: () => ip });
  };

  test("are known by name or else by address, within the window", async () => {
    const clock = new FakeClock();
    const metrics = start(clock);
    await visit(metrics, clock, "a");
    await visit(metrics, clock, "a", "ann");
    await visit(metrics, clock, "b", "ann");
    expect(await scrape(metrics, "active_users ")).toEqual(["active_users 2"]);
    await clock.advanceTo(200_000);
    await visit(metrics, clock, "c");
    await clock.advanceTo(300_001);
    expect(await scrape(metrics, "active_users ")).toEqual(["active_users 1"]);
  });

  test("are at least the limit when there are more", async () => {
    const clock = new FakeClock();
    const metrics = start(clock, 3);
    for (const ip of ["a", "b", "c", "d", "e"]) await visit(metrics, clock, ip);
    expect(await scrape(metrics, "active_users")).toEqual([
      "active_users 3",
      "active_users_limit 3",
    ]);
  });

  test("have their requests of each minute told without a label each", async () => {
    const clock = new FakeClock();
    const metrics = start(clock);
    for (const ip of ["a", "a", "a", "b"]) await visit(metrics, clock, ip);
    const counted = async () => (await scrape(metrics, "http_requests_per_user")).slice(-2);
    expect(await counted()).toEqual([
      "http_requests_per_user_sum 0",
      "http_requests_per_user_count 0",
    ]);
    await clock.advanceTo(60_000);
    await visit(metrics, clock, "a");
    expect(await counted()).toEqual([
      "http_requests_per_user_sum 4",
      "http_requests_per_user_count 2",
    ]);
  });
});

describe("admission", () => {
  const limiterOf = (mode: "enforce" | "observe" = "enforce") =>
    concurrencyLimiter({ name: "main", algorithm: fixed(2), clock: new FakeClock(), mode });

  test("is told in the seed's names and by outcome", async () => {
    const metrics = start();
    const limiter = limiterOf();
    metrics.watchLimiter({ limiter, capacity: { queueSize: 5 } }).onWaited(20);
    (limiter.tryAcquire() as Permit).release("success");
    for (let count = 0; count < 3; count += 1) limiter.tryAcquire();
    const values = async (name: string) => (await scrape(metrics, name))[0];
    expect(await values("queue_size")).toBe("queue_size 0");
    expect(await values("queue_capacity")).toBe("queue_capacity 5");
    expect(await values("current_ccu")).toBe("current_ccu 2");
    expect(await values("max_ccu")).toBe("max_ccu 7");
    expect(await values("worker_utilization")).toBe("worker_utilization 1");
    expect(await scrape(metrics, "admission_requests_total")).toEqual(
      expect.arrayContaining([
        'admission_requests_total{limiter="main",outcome="admitted",reason=""} 3',
        'admission_requests_total{limiter="main",outcome="rejected",reason="limit"} 1',
      ]),
    );
    expect(await scrape(metrics, "admission_queue_wait_seconds_sum")).toEqual([
      'admission_queue_wait_seconds_sum{limiter="main"} 0.02',
    ]);
  });

  test("of a limiter that only observes rejects nothing", async () => {
    const metrics = start();
    const limiter = limiterOf("observe");
    metrics.watchLimiter({ limiter, capacity: { queueSize: 0 } }).onPressed();
    for (let count = 0; count < 3; count += 1) limiter.tryAcquire();
    const lines = await scrape(metrics, "admission_requests_total");
    expect(lines.filter((line) => /[1-9]$/.test(line))).toEqual([
      'admission_requests_total{limiter="main",outcome="admitted",reason=""} 3',
      'admission_requests_total{limiter="main",outcome="observed",reason="limit"} 1',
      'admission_requests_total{limiter="main",outcome="observed",reason="pressure"} 1',
    ]);
    expect(metrics.rejected()).toBe(0);
  });

  test("is told by Fluxor's keys in JSON", async () => {
    const metrics = start();
    const limiter = limiterOf();
    metrics.watchLimiter({ limiter, capacity: { queueSize: 4 } });
    for (let count = 0; count < 3; count += 1) limiter.tryAcquire();
    const { text } = await ask({}, { stages: [metrics.stage], handler: metricsJson(metrics) });
    expect(JSON.parse(text)).toEqual({
      queued_requests: 0,
      rejected_requests: 1,
      queue_capacity: 4,
      queue_utilization: "0.00%",
      workers: 2,
      normal_ccu: 2,
      current_ccu: 2,
      max_ccu: 6,
      ccu_utilization: "100.00%",
      backpressure_active: true,
      total_requests: 0,
      successful_requests: 0,
      error_requests: 0,
      request_id: "id-1",
    });
  });
});

describe("a scrape", () => {
  test("tells every series once, and in the format that Prometheus reads", async () => {
    const metrics = start();
    const capacity = { queueSize: 0 };
    const clock = new FakeClock();
    for (const name of ["a", "b"]) {
      const algorithm = fixed(1);
      const limiter = concurrencyLimiter({ name, algorithm, clock, mode: "enforce" });
      metrics.watchLimiter({ limiter, capacity });
    }
    metrics.registerGauge({ name: "pool_open", help: "Open.", read: () => 7 });
    const { fields, text } = await ask({}, { stages: [metrics.stage], handler: metrics.handler });
    expect(fields["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const names = series.map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(names).toEqual([...new Set(names)]);
    expect(series).toContain("pool_open 7");
    expect(series.filter((line) => !/ -?[\d.e+-]+$/.test(line))).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("has what the process takes (Linux)", async () => {
    const metrics = start();
    const names = [
      ...["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"],
      ...["process_heap_used_bytes", "process_cpu_cores", 'network_receive_bytes_total{over="loop'],
    ];
    for (const name of names) {
      const [line = ""] = await scrape(metrics, name);
      expect(Number(line.split(" ")[1])).toBeGreaterThan(0);
    }
  });

  test("counts how late timers are", async () => {
    const clock = new FakeClock();
    const metrics = start(clock);
    await clock.advanceTo(1000);
    expect(await scrape(metrics, "event_loop_delay_seconds_count")).toEqual([
      "event_loop_delay_seconds_count 10",
    ]);
  });
});

describe("a gauge of the service's own", () => {
  const gauge = { name: "pool", help: "Pool.", read: () => 1 };

  test.each(["pool", "http_requests_total", "2nd", "a b", ""])("cannot be called %j", (name) => {
    const metrics = start();
    metrics.registerGauge(gauge);
    const twice = () => metrics.registerGauge({ ...gauge, name });
    expect(twice).toThrow(`Cannot call a metric "${name}": use letters, digits and underscores`);
  });

  test("that cannot be read hides no other", async () => {
    const metrics = start();
    const read = (): number => {
      throw new Error("closed");
    };
    metrics.registerGauge({ ...gauge, read });
    expect(await scrape(metrics, "active_users ")).toEqual(["active_users 0"]);
  });
});

test("two limiters of one name cannot be told apart", () => {
  const metrics = start();
  const clock = new FakeClock();
  const limiter = concurrencyLimiter({ name: "a", algorithm: fixed(1), clock, mode: "enforce" });
  const watched = { limiter, capacity: { queueSize: 0 } };
  metrics.watchLimiter(watched);
  expect(() => metrics.watchLimiter(watched)).toThrow('Cannot watch two limiters "a"');
});
