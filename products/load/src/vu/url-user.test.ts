import { expect, test } from "bun:test";
import { httpClient } from "@breakwater/http-client";
import type { TagSource } from "@breakwater/metrics";
import { systemClock } from "@breakwater/system-clock";
import { encodeRequestHead } from "@breakwater/wire";
import { emptyTotals, Measure } from "../measure/measure.ts";
import { anyIteration, anyScenario } from "./testing/test-user.ts";
import { UrlUser } from "./url-user.ts";
import type { Iteration, IterationOutcome } from "./virtual-user.ts";

test("an iteration is one request, measured with the scenario's tags", async () => {
  await using server = Bun.serve({ port: 0, fetch: () => new Response("hello") });
  using vu = urlUser(server.port!);
  const scenario = { ...anyScenario, name: "s", tags: { kind: "a" } };
  expect(await vu.iterate({ scenario })).toBe("complete");
  expect(vu.sample("http_reqs")).toEqual([
    1,
    {
      run: "r",
      kind: "a",
      scenario: "s",
      group: "",
      method: "GET",
      name: "http://shown/",
      url: "http://shown/",
      status: "200",
      proto: "HTTP/1.1",
      expected_response: "true",
    },
  ]);
  expect(vu.sample("data_received")?.[0]).toBeGreaterThan(100);
  expect(vu.sample("iterations")).toEqual([1, { run: "r", kind: "a", scenario: "s", group: "" }]);
});

test.each([
  [200, "true", undefined, 0],
  [302, "true", undefined, 0],
  [404, "false", "1404", 1],
  [503, "false", "1503", 1],
])("an answer of %p is expected: %s", async (status, expected, code, failed) => {
  await using server = Bun.serve({ port: 0, fetch: () => new Response(null, { status }) });
  using vu = urlUser(server.port!);
  await vu.iterate();
  const [value, tags] = vu.sample("http_req_failed") ?? [];
  expect([value, tags?.status, tags?.expected_response, tags?.error_code]).toEqual([
    failed,
    String(status),
    expected,
    code,
  ]);
});

test("a request without an answer is a complete iteration with an error", async () => {
  const closed = Bun.serve({ port: 0, fetch: () => new Response() });
  const { port } = closed;
  await closed.stop(true);
  using vu = urlUser(port!);
  expect(await vu.iterate()).toBe("complete");
  const [, tags] = vu.sample("http_req_failed") ?? [];
  expect(tags).toMatchObject({ status: "0", error_code: "1212", expected_response: "false" });
  expect(tags).not.toHaveProperty("proto");
  expect(vu.failures).toEqual([tags!.error!]);
});

test("an interrupted iteration leaves only its bytes", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using server = Bun.serve({
    port: 0,
    fetch: () => {
      resolve();
      return new Promise<Response>(() => {});
    },
  });
  using vu = urlUser(server.port!);
  const done = vu.iterate();
  await asked;
  vu.user.interrupt();
  expect(await done).toBe("interrupted");
  expect(vu.names()).toEqual(["data_sent", "data_received"]);
  await server.stop(true);
});

test("in the open model latency counts from when the iteration was due, too", async () => {
  await using server = Bun.serve({ port: 0, fetch: () => new Response() });
  using vu = urlUser(server.port!);
  const dueMs = systemClock().nowMs() - 1000;
  await vu.iterate({ dueMs });
  for (const name of ["http_req_due_duration", "iteration_due_duration", "iteration_start_lag"]) {
    expect(vu.sample(name)?.[0]).toBeGreaterThanOrEqual(1000);
  }
  expect(vu.sample("http_req_duration")?.[0]).toBeLessThan(1000);
});

function urlUser(port: number) {
  const clock = systemClock();
  const client = httpClient({
    clock,
    tls: { insecureSkipVerify: false },
    dns: { ttlMs: 1000, select: "first", policy: "preferIPv4" },
    connectTimeoutMs: 5000,
    maxPendingConnects: 10,
    random: () => 0,
  });
  const totals = emptyTotals();
  const samples: [name: string, value: number, tags: ReturnType<TagSource["all"]>][] = [];
  totals.registry.listen(({ name }, value, tags) => samples.push([name, value, tags.all()]));
  const failures: string[] = [];
  const host = `127.0.0.1:${port}`;
  const user = new UrlUser({
    idInTest: 1,
    request: {
      origin: { secure: false, host: "127.0.0.1", port, key: `http://${host}` },
      method: "GET",
      head: encodeRequestHead({ method: "GET", target: "/", headers: [["Host", host]] }),
      collectBody: false,
      timeoutMs: 5000,
    },
    connections: client.connections({ maxIdlePerOrigin: 1, reuse: true }),
    measure: new Measure(totals),
    runTags: { run: "r" },
    url: "http://shown/",
    onFailure: (message) => failures.push(message),
  });
  return {
    user,
    failures,
    names: () => samples.map(([name]) => name),
    sample: (wanted: string) =>
      samples.find(([name]) => name === wanted)?.slice(1) as
        | [number, Record<string, string>]
        | undefined,
    iterate: (iteration: Partial<Iteration> = {}) => {
      const { promise, resolve } = Promise.withResolvers<IterationOutcome>();
      user.start({ ...anyIteration, ...iteration }, resolve);
      return promise;
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
