import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { FakeRequest } from "@breakwater/http-server/testing";
import type { Call, CallHandler } from "../call.ts";
import { ask } from "../testing/index.ts";
import { accessLog } from "./access-log.ts";
import { callLogger, type LogLevel, type ServiceLog, serviceLog } from "./service-log.ts";

interface Logging {
  readonly log: ServiceLog;
  readonly text: () => Promise<string>;
}

function logging(level: LogLevel = "info", format: "json" | "text" = "json"): Logging {
  let all = "";
  const sink = (chunk: string, taken: () => void): void => {
    all += chunk;
    taken();
  };
  const log = serviceLog({ clock: new FakeClock(), level, format, sink });
  const text = async (): Promise<string> => {
    await log.flush();
    return all;
  };
  return { log, text };
}

async function linesOf(
  handler: CallHandler,
  { level, ...request }: FakeRequest & { readonly level?: LogLevel } = {},
): Promise<Record<string, unknown>[]> {
  const { log, text } = logging(level);
  const stages = [accessLog({ log, quiet: ["/health"] })];
  await ask(request, { stages, routes: { "GET /health": handler }, handler });
  const lines = (await text()).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const answer =
  (status: number): CallHandler =>
  (call) =>
    call.respond({ status, body: "hello" });

test("an answer is one line, without query and headers", async () => {
  const handler: CallHandler = (call) => {
    call.identify("ann", {});
    call.respond({ status: 200, body: "hello" });
  };
  const headers = [["Authorization", "Bearer s3cret"] as const];
  expect(await linesOf(handler, { target: "/a%22b?token=s3cret", headers })).toEqual([
    {
      level: "info",
      time: expect.any(Number),
      request_id: "id-1",
      method: "GET",
      route: "unmatched",
      path: "/a%22b",
      status: 200,
      bytes: 5,
      ms: 0,
      ip: "192.0.2.7",
      user: "ann",
      msg: "request",
    },
  ]);
});

test.each([
  [200, "info"],
  [404, "info"],
  [429, "warn"],
  [500, "error"],
  [503, "warn"],
  [504, "error"],
])("%d is logged as %s", async (status, level) => {
  expect(await linesOf(answer(status))).toEqual([expect.objectContaining({ status, level })]);
});

test("an answer that never came is a warning", async () => {
  const [line] = await linesOf((call) => call.reset());
  expect(line).toMatchObject({ status: 0, level: "warn", aborted: true });
});

test("a quiet route is logged when it goes wrong", async () => {
  expect(await linesOf(answer(200), { target: "/health" })).toEqual([]);
  expect(await linesOf(answer(503), { target: "/health" })).toHaveLength(1);
});

test.each<[LogLevel, number, number]>([
  ["warn", 200, 0],
  ["warn", 503, 1],
  ["error", 503, 0],
  ["silent", 500, 0],
])("at level %s a %d makes %d lines", async (level, status, lines) => {
  expect(await linesOf(answer(status), { level })).toHaveLength(lines);
});

test("calls do not pass by a log that is silent", () => {
  const next = (): void => {};
  expect(accessLog({ log: logging("silent").log, quiet: [] })(next)).toBe(next);
});

test("a path is cut that is too long for a log", async () => {
  const [line] = await linesOf(answer(200), { target: `/${"x".repeat(9000)}` });
  expect(line?.["path"]).toHaveLength(512);
});

describe("the service's own lines", () => {
  test("carry the call's id, and no secrets", async () => {
    const { log, text } = logging();
    const call = { id: "id-7" } as Call;
    callLogger(log.logger, call).info({ user: "ann", password: "p", db: { token: "t" } }, "Hi");
    expect(JSON.parse(await text())).toEqual({
      level: "info",
      time: expect.any(Number),
      request_id: "id-7",
      user: "ann",
      password: "[Redacted]",
      db: { token: "[Redacted]" },
      msg: "Hi",
    });
  });

  test("are readable in a terminal, with the stack of an error", async () => {
    const { log, text } = logging("info", "text");
    log.logger.warn({ err: new Error("no disk"), store: "a b" }, "Cannot keep");
    const stages = [accessLog({ log, quiet: [] })];
    await ask({ target: "/x?y" }, { stages });
    const [first, error, ...more] = (await text()).trimEnd().split("\n");
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}Cannot keep store="a b"$/);
    expect(error).toBe("Error: no disk");
    expect(more.at(-1)).toMatch(
      /INFO {2}GET \/x 200 0 ms 2 B request_id=id-1 route=unmatched ip=192\.0\.2\.7$/,
    );
  });
});
