import { describe, expect, test } from "bun:test";
import { concurrencyLimiter, fixed } from "@breakwater/admission";
import type { Clock } from "@breakwater/clock";
import { ServerError, serveHttp } from "@breakwater/http-server";
import { rawClient } from "@breakwater/http-server/testing";
import { systemClock } from "@breakwater/system-clock";
import type { Call } from "../call.ts";
import { health } from "../health/health.ts";
import { metricsJson } from "../metrics/metrics-json.ts";
import {
  type RunningService,
  runService,
  type ServiceOptions,
  serviceLimits,
} from "./run-service.ts";
import { type ServiceKit, serviceKit } from "./service-kit.ts";
import { startSide } from "./side-port.ts";
import { standardStages } from "./standard-stages.ts";

const clock: Clock = systemClock();

interface Started extends AsyncDisposable {
  readonly kit: ServiceKit;
  readonly service: RunningService;
  readonly url: string;
  readonly lines: () => Record<string, unknown>[];
}

type Options = Partial<Omit<ServiceOptions, "admission">> & {
  readonly admit?: number;
  readonly build?: (kit: ServiceKit) => ServiceOptions["routes"];
};

async function start({ admit, build, ...options }: Options = {}): Promise<Started> {
  let text = "";
  const sink = (chunk: string, taken: () => void): void => {
    text += chunk;
    taken();
  };
  const kit = serviceKit({ name: "api", clock, log: { sink } });
  const queue = { maxSize: 1, maxWaitMs: 60_000, order: "fifo" } as const;
  const admission = admit !== undefined && {
    limiter: concurrencyLimiter({
      ...{ name: "main", algorithm: fixed(admit), clock, mode: "enforce", queue },
    }),
    capacity: { queueSize: 1 },
  };
  const service = await runService(kit, {
    port: 0,
    hostname: "127.0.0.1",
    side: { port: 0 },
    routes: { "GET /": (call) => call.respond({ status: 200, body: "hi" }), ...build?.(kit) },
    ...(admission && { admission }),
    ...options,
  });
  const lines = (): Record<string, unknown>[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const stop = (): Promise<void> => service.stop({ graceMs: 0 });
  return { kit, service, url: service.url.href, lines, [Symbol.asyncDispose]: stop };
}

/** Resolves when a request has got as far as the handler; answers when told to. */
function held(): {
  readonly route: ServiceOptions["routes"];
  readonly begun: Promise<void>;
  readonly go: () => void;
} {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const route: ServiceOptions["routes"] = {
    "GET /held": async (call) => {
      begun.resolve();
      await go.promise;
      call.respond({ status: 200, body: "done" });
    },
  };
  return { route, begun: begun.promise, go: go.resolve };
}

describe("a service", () => {
  test("answers, knows its health, and counts and logs what it did", async () => {
    await using api = await start({ build: ({ metrics }) => ({ "GET /m": metricsJson(metrics) }) });
    const { url, service, lines } = api;
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, "hi"]);
    const healthy = await fetch(`${url}health`);
    expect(await healthy.json()).toMatchObject({ status: "healthy", service: "api" });
    expect(await (await fetch(`${url}ready`)).json()).toMatchObject({ ready: true });
    expect(await (await fetch(`${url}m`)).json()).toMatchObject({ total_requests: 3 });
    const scraped = await (await fetch(`${service.sideUrl}metrics`)).text();
    expect(scraped).toContain('http_requests_total{method="GET",route="/",status="200"} 1');
    await service.stop();
    expect(lines().filter(({ msg }) => msg === "request")).toEqual([
      expect.objectContaining({ path: "/", status: 200, ip: "127.0.0.1" }),
      expect.objectContaining({ path: "/m" }),
    ]);
  });

  test("has profiles only where they are switched on", async () => {
    await using without = await start();
    await using withThem = await start({ side: { port: 0, profiles: true } });
    const statusOf = async ({ service }: Started) =>
      (await fetch(`${service.sideUrl}debug/pprof/profile?seconds=0.01`)).status;
    expect([await statusOf(without), await statusOf(withThem)]).toEqual([404, 200]);
  });
});

describe("the side port", () => {
  const place = { port: 0, hostname: "127.0.0.1", limits: serviceLimits, clock };
  const taken = () => serveHttp({ ...place, handler: () => {}, onError: () => {} });

  test("that was named and is taken is an error, and nothing stays open", async () => {
    await using other = taken();
    const error = await start({ side: { port: other.port } }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServerError);
  });

  test("that is the usual one is done without if it is taken", async () => {
    await using other = taken();
    await using api = await start();
    const { kit } = api;
    const state = health({ clock, service: "api", checks: [], logger: kit.log.logger });
    const parts = { kit, health: state, hostname: "127.0.0.1", defaultPort: other.port };
    expect(startSide({}, parts)).toBeUndefined();
    await api.service.stop();
    expect(api.lines().map(({ msg }) => msg)).toContainEqual(
      expect.stringContaining(`No metrics: Cannot listen on port ${other.port}`),
    );
  });

  test("answers what else it is given", async () => {
    const routes = { "GET /status": (call: Call) => call.respond({ status: 200, body: "well" }) };
    await using api = await start({ side: { port: 0, routes } });
    const ask = async (url: URL) => (await fetch(new URL("/status", url))).status;
    const { url, sideUrl } = api.service;
    expect([await ask(url), await ask(sideUrl!)]).toEqual([404, 200]);
  });

  test("can be left out", async () => {
    await using api = await start({ side: { port: "off" } });
    expect(api.service.sideUrl).toBeUndefined();
  });
});

test("a handler that throws costs one 500; its connection and the others go on", async () => {
  const error = new Error("no such table");
  await using api = await start({
    build: () => ({ "GET /boom": () => Promise.reject(error), "GET /bang": thrower(error) }),
  });
  using client = await rawClient(Number(api.service.url.port));
  for (const path of ["/boom", "/bang", "/"]) {
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Request-Id: of-${path}\r\n\r\n`);
    await client.receive(path === "/" ? "hi" : `"request_id":"of-${path}"}`);
  }
  const received = await client.receive("hi");
  await api.service.stop();
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(["500", "500", "200"]);
  const panics = api.lines().filter(({ msg }) => msg === "A handler failed");
  expect(panics).toHaveLength(2);
  expect(panics[0]).toMatchObject({
    request_id: "of-/boom",
    err: { message: "no such table", stack: expect.stringContaining("run-service.test.ts") },
  });
});

const thrower = (error: Error) => () => {
  throw error;
};

describe("stopping", () => {
  test("is told by /ready and by Connection: close before anything ends", async () => {
    await using api = await start({ drain: { announceMs: 60_000 } });
    const { service, url } = api;
    const stopped = service.stop();
    const ready = await fetch(`${url}ready`);
    const answer = await fetch(url);
    expect([ready.status, answer.status, answer.headers.get("connection")]).toEqual([
      ...[503, 200, "close"],
    ]);
    expect((await fetch(`${service.sideUrl}ready`)).status).toBe(503);
    void service.stop({ graceMs: 0 });
    await stopped;
  });

  test("answers what runs and what waits, then closes resources in order", async () => {
    const { route, begun, go } = held();
    const closed: string[] = [];
    const resource = (name: string) => ({ name, close: () => void closed.push(name) });
    const broken = { name: "broken", close: () => Promise.reject(new Error("stuck")) };
    await using api = await start({
      admit: 1,
      build: () => route,
      resources: [resource("cache"), broken, resource("database")],
    });
    const running = fetch(`${api.url}held`);
    await begun;
    const waiting = fetch(`${api.url}held`);
    await until(() => api.kit.metrics.load()?.queueSize === 1);
    const stopped = Promise.all([api.service.stop(), api.service.stop()]);
    expect(closed).toEqual([]);
    go();
    expect(await (await running).text()).toBe("done");
    expect(await (await waiting).text()).toBe("done");
    await stopped;
    expect(closed).toEqual(["cache", "database"]);
    expect(api.lines().map(({ msg }) => msg)).toContain("Cannot close");
    expect(api.lines().at(-1)).toMatchObject({ msg: "Stopped" });
    expect(await fetch(api.url).catch(() => "refused")).toBe("refused");
    expect(await fetch(api.service.sideUrl!).catch(() => "refused")).toBe("refused");
  });

  test("a second time without grace cuts what is still running", async () => {
    const { route, begun } = held();
    await using api = await start({ build: () => route, drain: { graceMs: 60_000 } });
    const running = fetch(`${api.url}held`).catch(() => "cut");
    await begun;
    const stopped = api.service.stop();
    await api.service.stop({ graceMs: 0 });
    await stopped;
    expect(await running).toBe("cut");
  });

  test("under load loses nothing that was begun", async () => {
    let begun = 0;
    await using api = await start({
      admit: 50,
      build: () => ({
        "GET /work": async (call) => {
          begun += 1;
          await new Promise((resolve) => clock.at(clock.nowMs() + 5, () => resolve(undefined)));
          call.respond({ status: 200 });
        },
      }),
    });
    let answered = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        const answer = await fetch(`${api.url}work`).catch(() => undefined);
        if (answer === undefined) return;
        if (answer.status === 200) answered += 1;
      }
    };
    const clients = Promise.all(Array.from({ length: 20 }, client));
    await until(() => begun >= 100);
    await api.service.stop();
    await clients;
    expect(answered).toBe(begun);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => clock.at(clock.nowMs() + 1, () => resolve(undefined)));
  }
}

test("stages come in their order, those that are not wanted left out", () => {
  const [accessLog, metrics, cors, cache] = [1, 2, 3, 4].map(() => () => () => {});
  const stages = { responseCache: cache, cors, metrics: metrics!, accessLog: accessLog! };
  expect(standardStages(stages)).toEqual([accessLog!, metrics!, cors!, cache!]);
});

describe("what cannot be", () => {
  const check = (name: string) => ({ name, check: () => {} });
  const load = { read: () => 0, unreadyFrom: 0.5, readyBelow: 0.7 };

  test.each<[Options, string]>([
    [{ drain: { announceMs: -1 } }, "Cannot use drain.announceMs -1: it takes a whole number"],
    [{ drain: { graceMs: Number.NaN } }, "Cannot use drain.graceMs NaN: it takes a whole number"],
    [{ checks: [check("server")] }, 'Cannot name a health check "server": use a name once'],
    [{ checks: [check("a"), check("a")] }, 'Cannot name a health check "a": use a name once'],
    [{ checks: [{ ...check("a"), timeoutMs: 0 }] }, "Cannot use the time limit of check a 0"],
    [{ loadReadiness: load }, "Cannot be ready again below 0.7: use at most 0.5"],
  ])("%j is a mistake at once", async (options, message) => {
    const error = await start(options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ServiceError", code: "bad_option" });
    expect(String(error)).toContain(message);
  });

  test("so is a number of users that is none", () => {
    const make = () => serviceKit({ name: "api", clock, maxActiveUsers: 0 });
    expect(make).toThrow("Cannot use maxActiveUsers 0: it takes a whole number from 1 to 1000000");
  });
});
