import { describe, expect, test } from "bun:test";
import type { Call, CallEnd, CallHandler, Stage } from "./call.ts";
import { ask, serviceOf } from "./testing/index.ts";

const ok: CallHandler = (call) => call.respond({ status: 200, body: "ok" });

describe("routes", () => {
  const routes = {
    "GET /users": ok,
    "POST /users": ok,
    "GET /users/:id": (call: Call) =>
      call.respond({ status: 200, body: `${call.route.pattern} ${call.route.params["id"]}` }),
    "ANY /files/*": (call: Call) =>
      call.respond({ status: 200, body: `${call.route.params["rest"]}` }),
  };

  test.each([
    ["GET", "/users", 200, "ok"],
    ["HEAD", "/users", 200, ""],
    ["GET", "/users/a%20b?x=1", 200, "/users/:id a b"],
    ["PURGE", "/files/a/b", 200, "a/b"],
    ["OPTIONS", "/users", 204, ""],
    ["DELETE", "/users", 405, "use GET, POST, HEAD, OPTIONS"],
    ["GET", "/nowhere", 404, "Cannot find /nowhere"],
  ])("%s %s is answered by %d", async (method, target, status, body) => {
    const answer = await ask({ method, target }, bare);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(body)]);
  });
  const bare = { stages: [], routes, fallback: undefined as never };

  test("what cannot be a route is a mistake at once", () => {
    expect(() => serviceOf({ stages: [], routes: { "/users": ok } })).toThrow(
      'Cannot route "/users": write it like "GET /api/users/:id"',
    );
  });
});

describe("the request's id", () => {
  test.each([
    ["a-1.b:c/d=e@f+g", "a-1.b:c/d=e@f+g"],
    ["", "id-1"],
    ["two words", "id-1"],
    ["x".repeat(129), "id-1"],
    ['"><script>', "id-1"],
  ])("%j is answered with %j", async (given, id) => {
    const headers = [["X-Request-ID", given] as const];
    const { fields } = await ask({ headers }, { stages: [] });
    expect(fields["x-request-id"]).toBe(id);
  });
});

test("stages run in order, and each may answer instead", async () => {
  const log: string[] = [];
  const note =
    (name: string): Stage =>
    (next) =>
    (call) => {
      log.push(name);
      return next(call);
    };
  const wall: Stage = () => (call) => call.respond({ status: 403 });
  const { status } = await ask({}, { stages: [note("first"), note("second"), wall] });
  expect([log, status]).toEqual([["first", "second"], 403]);
});

describe("fields that stages set", () => {
  const set: Stage = (next) => (call) => {
    call.setFields([
      ["x-a", "stage"],
      ["x-b", "stage"],
    ]);
    call.setField("x-b", "later");
    call.vary("Origin");
    return next(call);
  };

  test("are on whatever is answered, and the handler's own win", async () => {
    const handler: CallHandler = (call) =>
      call.respond({
        status: 200,
        fields: [
          ["X-A", "handler"],
          ["Vary", "Accept"],
        ],
      });
    const { fields } = await ask({}, { stages: [set], handler });
    expect(fields).toMatchObject({ "x-a": "handler", "x-b": "later", vary: "Accept, Origin" });
  });

  test("are on an answer to a failed call", async () => {
    const handler: CallHandler = () => Promise.reject(new Error("no"));
    const { fields, status } = await ask({}, { stages: [set], handler });
    expect([status, fields["x-a"], fields["x-request-id"]]).toEqual([500, "stage", "id-1"]);
  });
});

describe("a handler that throws", () => {
  test.each<[string, CallHandler]>([
    [
      "at once",
      () => {
        throw new Error("secret");
      },
    ],
    ["later", () => Promise.reject(new Error("secret"))],
  ])("%s costs one 500, and is told", async (_when, handler) => {
    const panics: unknown[] = [];
    const onPanic = (error: unknown): void => {
      panics.push(error);
    };
    const { status, text } = await ask({}, { stages: [], handler, onPanic });
    expect([status, panics]).toEqual([500, [new Error("secret")]]);
    expect(JSON.parse(text)).toEqual({
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
      detail: "Cannot answer because of a mistake in the service: it has been logged",
      code: "internal_error",
      request_id: "id-1",
    });
  });

  test("in the midst of its answer has it cut, and its work given up", async () => {
    let reason: unknown;
    const handler: CallHandler = (call) => {
      call.begin({ status: 200 }).write(new Uint8Array(3));
      call.signal.addEventListener("abort", () => {
        ({ reason } = call.signal);
      });
      throw new Error("no");
    };
    const { answer } = await ask({}, { stages: [], handler });
    expect([answer.state, answer.body.length]).toEqual(["aborted", 3]);
    expect(reason).toEqual(new Error("The handler failed"));
  });
});

describe("the end of a call", () => {
  const ends = async (handler: CallHandler, leave?: "leave"): Promise<CallEnd[]> => {
    const seen: CallEnd[] = [];
    const watch: Stage = (next) => (call) => {
      call.onEnd((end) => seen.push(end));
      return next(call);
    };
    const asked = ask({}, { stages: [watch], handler });
    if (leave === undefined) await asked;
    return seen;
  };

  test.each<[string, CallHandler, Partial<CallEnd>]>([
    ["answered", ok, { status: 200, bodyBytes: 2, isAborted: false }],
    [
      "streamed",
      (call) => {
        const body = call.begin({ status: 201 });
        body.write(new Uint8Array(5));
        body.end();
        body.end();
      },
      { status: 201, bodyBytes: 5, isAborted: false },
    ],
    [
      "cut",
      (call) => call.begin({ status: 200 }).abort(),
      { status: 200, bodyBytes: 0, isAborted: true },
    ],
    ["reset", (call) => call.reset(), { status: 0, isAborted: true }],
    [
      "answered twice",
      (call) => {
        call.respond({ status: 200 });
        call.respond({ status: 500 });
      },
      { status: 200, isAborted: false },
    ],
  ])("that is %s is told once", async (_how, handler, end) => {
    expect(await ends(handler)).toEqual([expect.objectContaining(end)]);
  });

  test("comes when the client goes, whose handler's signal is aborted", async () => {
    let seen: CallEnd | undefined;
    const handler: CallHandler = (call) => {
      call.onEnd((end) => {
        seen = end;
      });
      const { exchange } = holder;
      exchange?.goAway();
      expect(call.signal.aborted).toBe(true);
    };
    const { fakeExchange } = await import("@breakwater/http-server/testing");
    const holder = { exchange: fakeExchange() };
    await serviceOf({ stages: [], handler })(holder.exchange);
    expect(seen).toMatchObject({ status: 0, isAborted: true });
  });

  test("of an upgrade comes when its connection closes, and is none that was aborted", async () => {
    const seen: CallEnd[] = [];
    const { fakeExchange } = await import("@breakwater/http-server/testing");
    const exchange = fakeExchange();
    const handler: CallHandler = (call) => {
      call.onEnd((end) => seen.push(end));
      call.takeOver({ onData: () => {}, onClose: () => {} });
    };
    await serviceOf({ stages: [], handler })(exchange);
    expect(seen).toEqual([]);
    exchange.goAway();
    expect(seen).toEqual([expect.objectContaining({ status: 101, isAborted: false })]);
  });
});
