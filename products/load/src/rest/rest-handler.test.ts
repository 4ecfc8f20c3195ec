import { describe, expect, test } from "bun:test";
import { answerRest } from "./rest-handler.ts";
import type { RunControl } from "./run-control.ts";
import { fakeControl } from "./testing/fake-control.ts";

const noTags = { tag: () => undefined, all: () => ({}) };

async function ask(control: RunControl, method: string, path: string, body?: unknown) {
  const text = typeof body === "string" ? body : body && JSON.stringify(body);
  const init = { method, ...(text !== undefined && { body: text }) } as RequestInit;
  const response = await answerRest(new Request(`http://127.0.0.1${path}`, init), control);
  const answer = await response.text();
  return { status: response.status, body: answer.startsWith("{") ? JSON.parse(answer) : answer };
}

const patch = (attributes: object) => ({ data: { type: "status", id: "default", attributes } });

describe("/v1/status", () => {
  test("says how far the run is, as k6 numbers it", async () => {
    const control = fakeControl();
    control.set({ tainted: new Set(["http_req_duration"]) });
    const { status, body } = await ask(control, "GET", "/v1/status");
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: {
          type: "status",
          id: "default",
          attributes: {
            status: 7,
            paused: false,
            vus: 3,
            "vus-max": 5,
            stopped: false,
            running: true,
            tainted: true,
          },
        },
      },
    });
  });

  test("a run that has not started is not running", async () => {
    const control = fakeControl();
    control.set({ stage: "paused-before-run", isPaused: true });
    const { body } = await ask(control, "GET", "/v1/status");
    expect(body.data.attributes).toMatchObject({ status: 4, paused: true, running: false });
  });

  test("a paused test is resumed, and one that runs is stopped", async () => {
    const control = fakeControl();
    control.set({ isPaused: true });
    const resumed = await ask(control, "PATCH", "/v1/status", patch({ paused: false }));
    const stopped = await ask(control, "PATCH", "/v1/status", patch({ stopped: true }));
    expect(resumed.body.data.attributes.paused).toBe(false);
    expect(stopped.body.data.attributes.stopped).toBe(true);
    expect(control.calls).toEqual(["resume", "stop"]);
  });

  test.each<[string, unknown, number, string]>([
    ["pausing a test that runs", patch({ paused: true }), 500, "Pause error"],
    ["resuming a test that runs", patch({ paused: false }), 500, "Pause error"],
    ["another number of VUs", patch({ vus: 9 }), 500, "Execution config error"],
    ["another limit of VUs", patch({ "vus-max": 9 }), 500, "Execution config error"],
    ["what is no JSON", "{", 400, "Invalid data"],
    ["what is no status", { data: 3 }, 400, "Invalid data"],
    ["a word for yes", patch({ stopped: "yes" }), 400, "Invalid data"],
  ])("refuses %s", async (_name, body, status, title) => {
    const control = fakeControl();
    const answer = await ask(control, "PATCH", "/v1/status", body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors).toEqual([
      { status: String(status), title, detail: expect.any(String) },
    ]);
    expect(control.calls).toEqual([]);
  });

  test("pausing twice is refused", async () => {
    const control = fakeControl();
    control.set({ isPaused: true });
    const answer = await ask(control, "PATCH", "/v1/status", patch({ paused: true }));
    expect(answer.body.errors[0].detail).toBe("the test is paused already");
  });
});

describe("/v1/metrics", () => {
  function measured(): ReturnType<typeof fakeControl> {
    const control = fakeControl();
    const { registry } = control;
    registry.metric("http_reqs", "counter").add(6, noTags, 0);
    registry.metric("vus", "gauge").add(4, noTags, 0);
    registry.metric("checks", "rate").add(1, noTags, 0);
    registry.metric("http_req_duration", "trend", "time").add(20, noTags, 0);
    registry.metric("never_seen", "counter");
    control.set({ tainted: new Set(["checks"]) });
    return control;
  }

  test("has every metric with a sample, and what it came to so far", async () => {
    const { body } = await ask(measured(), "GET", "/v1/metrics");
    const trend = { min: 20, max: 20, avg: 20, med: 20, "p(90)": 20, "p(95)": 20 };
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([
      ..."http_reqs vus checks http_req_duration".split(" "),
    ]);
    expect(body.data.map(({ attributes }: { attributes: unknown }) => attributes)).toEqual([
      { type: "counter", contains: "default", tainted: null, sample: { count: 6, rate: 3 } },
      { type: "gauge", contains: "default", tainted: null, sample: { value: 4 } },
      { type: "rate", contains: "default", tainted: true, sample: { rate: 1 } },
      { type: "trend", contains: "time", tainted: null, sample: trend },
    ]);
  });

  test("gives one of them by its name", async () => {
    const { body } = await ask(measured(), "GET", "/v1/metrics/vus");
    expect(body.data).toMatchObject({ type: "metrics", id: "vus", attributes: { type: "gauge" } });
  });

  test.each(["nope", "never_seen"])("does not find %s", async (name) => {
    const { status, body } = await ask(measured(), "GET", `/v1/metrics/${name}`);
    expect([status, body.errors[0].title]).toEqual([404, "Not Found"]);
  });

  test("before the start a counter has no rate", async () => {
    const control = measured();
    control.set({ elapsedMs: 0 });
    const { body } = await ask(control, "GET", "/v1/metrics/http_reqs");
    expect(body.data.attributes.sample).toEqual({ count: 6, rate: 0 });
  });
});

describe("/v1/groups", () => {
  function grouped(): ReturnType<typeof fakeControl> {
    const control = fakeControl();
    control.checks.add("::shop", "is open", true);
    control.checks.addGroup("::shop::till");
    return control;
  }

  test("has all groups flat, each with where it belongs", async () => {
    const { body } = await ask(grouped(), "GET", "/v1/groups");
    const check = { name: "is open", path: "::shop::is open", passes: 1, fails: 0 };
    const [root, shop, till] = ["id of ", "id of ::shop", "id of ::shop::till"].map((id) => ({
      type: "groups",
      id,
    }));
    expect(body.data).toEqual([
      {
        ...root,
        attributes: { name: "", path: "", checks: null },
        relationships: { groups: { data: [shop] }, parent: { data: null } },
      },
      {
        ...shop,
        attributes: {
          name: "shop",
          path: "::shop",
          checks: [{ ...check, id: "id of ::shop::is open" }],
        },
        relationships: { groups: { data: [till] }, parent: { data: root } },
      },
      {
        ...till,
        attributes: { name: "till", path: "::shop::till", checks: null },
        relationships: { groups: { data: [] }, parent: { data: shop } },
      },
    ]);
  });

  test("gives one by its id, and says which there is not", async () => {
    const found = await ask(grouped(), "GET", "/v1/groups/id%20of%20::shop");
    const missed = await ask(grouped(), "GET", "/v1/groups/other");
    expect(found.body.data.attributes.name).toBe("shop");
    expect([missed.status, missed.body.errors[0].detail]).toEqual([
      404,
      'there is no group "other"',
    ]);
  });
});

describe("/v1/setup and /v1/teardown", () => {
  test("setup data can be looked at, replaced, taken away and made again", async () => {
    const control = fakeControl();
    const data = async (method: string, body?: string): Promise<unknown> =>
      (await ask(control, method, "/v1/setup", body)).body.data;
    const resource = { type: "setupData", id: "default" };
    expect(await data("GET")).toEqual({ ...resource, attributes: {} });
    expect(await data("PUT", '{"a":[1]}')).toEqual({
      ...resource,
      attributes: { data: { a: [1] } },
    });
    expect(control.setupData()).toBe('{"a":[1]}');
    expect(await data("PUT", "")).toEqual({ ...resource, attributes: {} });
    expect(await data("POST")).toEqual({ ...resource, attributes: { data: { made: 1 } } });
  });

  test("data that is no JSON is refused, and what was there stays", async () => {
    const control = fakeControl();
    control.setSetupData("1");
    const { status, body } = await ask(control, "PUT", "/v1/setup", "{nope");
    expect([status, body.errors[0].title]).toEqual([400, "Error parsing request body"]);
    expect(control.setupData()).toBe("1");
  });

  test.each([
    ["/v1/setup", "Error executing setup"],
    ["/v1/teardown", "Error executing teardown"],
  ])("what %s throws is the answer", async (path, title) => {
    const control = fakeControl();
    control.failWith(new Error("no database"));
    const { status, body } = await ask(control, "POST", path);
    expect([status, body.errors]).toEqual([500, [{ status: "500", title, detail: "no database" }]]);
  });

  test("teardown is called", async () => {
    const control = fakeControl();
    expect(await ask(control, "POST", "/v1/teardown")).toEqual({ status: 200, body: "" });
    expect(control.calls).toEqual(["teardown"]);
  });
});

test.each([
  ["POST", "/v1/status", 405],
  ["DELETE", "/v1/setup", 405],
  ["GET", "/v1/teardown", 405],
  ["GET", "/v1/nope", 404],
  ["GET", "/v1/status/x", 404],
  ["GET", "/v1/toString", 404],
])("%s %s is %d", async (method, path, status) => {
  expect((await ask(fakeControl(), method, path)).status).toBe(status);
});

test.each(["/ping", "/", "/anything"])("%s says that somebody is there", async (path) => {
  expect(await ask(fakeControl(), "GET", path)).toEqual({ status: 200, body: "ok" });
});

test("/metrics is about this process, in Prometheus' format", async () => {
  const { body } = await ask(fakeControl(), "GET", "/metrics");
  expect(body).toMatch(/^# TYPE process_cpu_seconds_total counter$/m);
  expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
});
