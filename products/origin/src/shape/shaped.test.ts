import { expect, test } from "bun:test";
import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { type BodyReader, type Handler, PreparedAnswer } from "@breakwater/http-server";
import { type FakeExchange, type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import { seededRandom } from "./random.ts";
import { parseShape } from "./shape.ts";
import { shaped } from "./shaped.ts";

const hello: Handler = (exchange) => exchange.respond({ status: 200, body: "hello" });

test("a request that asks for nothing goes straight to its handler", () => {
  const exchange = ask({ target: "/?page=2&display=1" });
  expect(exchange.answer).toMatchObject({ state: "complete", head: { status: 200 } });
});

test.each<[from: string, request: FakeRequest, defaults: string]>([
  ["its query", { target: "/?delay=250" }, ""],
  ["its header", { headers: [["X-BW-Shape", "delay=250ms"]] }, ""],
  ["the defaults", {}, "delay=0.25s"],
  ["the query before the defaults", { target: "/?delay=250" }, "delay=1s"],
  [
    "the header before all",
    { target: "/?delay=2s", headers: [["x-bw-shape", "delay=250"]] },
    "delay=1s",
  ],
])("an answer is delayed as %s has it", async (_from, request, defaults) => {
  const clock = new FakeClock();
  const exchange = ask(request, { clock, defaults });
  await clock.advanceTo(249.9);
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(250);
  expect(exchange.answer.state).toBe("complete");
});

test("where a path has a delay of its own, the header still has its say", async () => {
  const clock = new FakeClock();
  expect(ask({ target: "/chunked/3?delay=x" }, { clock }).text()).toBe("hello");
  const target = "/chunked/3?delay=100&error=503";
  const exchange = ask({ target, headers: [["x-bw-shape", "delay=200"]] }, { clock });
  await clock.advanceTo(199);
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(200);
  expect(exchange.answer.head?.status).toBe(503);
});

test("when the client goes away meanwhile, nobody is asked and the timer is taken back", async () => {
  const log: string[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    at: (dueMs) => {
      log.push(`set for ${dueMs}`);
      return () => log.push("taken back");
    },
  };
  const exchange = fakeExchange({ target: "/?delay=5000" });
  const answered = shapedWith(() => void log.push("asked"), { clock })(exchange);
  exchange.goAway();
  await answered;
  expect(log).toEqual(["set for 5000", "taken back"]);
});

test("a handler that fails after a delay fails for whoever called", async () => {
  const clock = new FakeClock();
  const handler = (): void => {
    throw new Error("our mistake");
  };
  const answered = shapedWith(handler, { clock })(fakeExchange({ target: "/?delay=5" }));
  const outcome = Promise.resolve(answered).catch((error: unknown) => String(error));
  await clock.advanceTo(5);
  expect(await outcome).toBe("Error: our mistake");
});

test("errors come at their rate, say that they were injected, and are the same for a seed", () => {
  const run = (defaults: string): readonly number[] => {
    const handler = shapedWith(hello, { defaults });
    return Array.from({ length: 1000 }, () => {
      const exchange = fakeExchange();
      void handler(exchange);
      return exchange.answer.head?.status ?? 0;
    });
  };
  const first = run("error=503:0.1; seed=7");
  const failed = first.filter((status) => status === 503).length;
  expect(failed).toBeWithin(70, 130);
  expect(first.filter((status) => status === 200)).toHaveLength(1000 - failed);
  expect(run("error=503:0.1; seed=7")).toEqual(first);
  expect(run("error=503:0.1; seed=8")).not.toEqual(first);
  const { answer, text } = injected(ask({ target: "/?error=418" }));
  expect(answer.head).toMatchObject({ status: 418 });
  expect(answer.head?.fields).toContainEqual(["x-bw-injected", "error"]);
  expect(JSON.parse(text)).toEqual({ error: expect.stringContaining("418 was injected") });
});

test("a request that brings a seed of its own is treated the same each time", () => {
  const headers = [["x-bw-shape", "error=503:0.5; seed=7"]] as const;
  const statuses = Array.from({ length: 50 }, () => ask({ headers }).answer.head?.status);
  expect(new Set(statuses).size).toBe(1);
});

test("what cannot be read is refused, wherever it stands", () => {
  const requests = [
    { target: "/?delay=soon" },
    { headers: [["x-bw-shape", "delay=soon"]] },
  ] as const;
  for (const request of requests) {
    const { answer, text } = injected(ask(request));
    expect(answer.head?.status).toBe(400);
    expect(JSON.parse(text)).toEqual({ error: expect.stringContaining("normal(50,10)") });
  }
});

test.each<[how: string, handler: Handler]>([
  ["at once", (exchange) => exchange.respond({ status: 200, body: "x".repeat(1000) })],
  [
    "as a prepared answer",
    (exchange) =>
      exchange.respond(new PreparedAnswer({ status: 200, body: Buffer.alloc(1000, "x") })),
  ],
  [
    "bit by bit",
    (exchange) => {
      const body = exchange.begin({ status: 200, contentLength: 1000 });
      let left = 1000;
      const go = (): void => {
        while (left > 0) {
          left -= 50;
          if (!body.write(Buffer.alloc(50, "x"))) return;
        }
        body.end();
      };
      body.onDrain(go);
      go();
    },
  ],
])("a body given %s goes no faster than the bandwidth, under its length", async (_how, handler) => {
  const clock = new FakeClock();
  const exchange = ask({ target: "/?bandwidth=1000" }, { clock, handler });
  expect(exchange.answer.head?.contentLength).toBe(1000);
  await clock.advanceTo(500);
  expect(exchange.text().length).toBeWithin(480, 540);
  await clock.advanceTo(970);
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(1000);
  expect(exchange.answer.state).toBe("complete");
  expect(exchange.text()).toBe("x".repeat(1000));
});

test("a slow client slows a limited answer down further", async () => {
  const clock = new FakeClock();
  const handler: Handler = (exchange) => exchange.respond({ status: 200, body: "x".repeat(100) });
  const exchange = fakeExchange({ target: "/?bandwidth=1000" });
  exchange.block();
  void shapedWith(handler, { clock })(exchange);
  await clock.advanceTo(1000);
  expect(exchange.text()).toHaveLength(20);
  exchange.drain();
  await clock.advanceTo(2000);
  expect(exchange.text()).toHaveLength(100);
});

test("a limited answer whose client goes away holds nothing, and its handler hears of it", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const exchange = ask(
    { target: "/?bandwidth=10" },
    {
      clock,
      handler: (limited) => {
        limited.onAbort(() => log.push("gone"));
        limited.begin({ status: 200 }).write(Buffer.alloc(100));
      },
    },
  );
  exchange.goAway();
  await clock.advanceTo(10_000);
  expect(log).toEqual(["gone"]);
  expect(exchange.answer.body).toHaveLength(1);
});

test("a connection that is taken over is limited as well", async () => {
  const clock = new FakeClock();
  const handler: Handler = (limited) => {
    const wire = limited.takeOver({ onData: () => {}, onClose: () => {} });
    wire?.write("x".repeat(100));
    wire?.end();
  };
  const exchange = ask({ target: "/?bandwidth=1000" }, { clock, handler });
  await clock.advanceTo(50);
  expect(exchange.text().length).toBeWithin(40, 80);
  await clock.advanceTo(100);
  expect(exchange.answer.state).toBe("taken");
  expect(exchange.text()).toHaveLength(100);
});

test("an answer without a body is not touched by the bandwidth", () => {
  const handler: Handler = (exchange) => exchange.respond({ status: 204 });
  const exchange = ask({ target: "/?bandwidth=1" }, { handler });
  expect(exchange.answer).toMatchObject({ state: "complete", head: { status: 204 } });
});

test("a request's body is read no faster than the limit, by pausing its client", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  let sender: BodyReader | undefined;
  const exchange = Object.assign(fakeExchange({ target: "/?upload=1000", body: [] }), {
    readBody: (reader: BodyReader) => {
      sender = reader;
    },
    pauseBody: () => void log.push(`${clock.nowMs()} pause`),
    resumeBody: () => void log.push(`${clock.nowMs()} resume`),
  });
  const handler: Handler = (slowed) =>
    slowed.readBody({
      onData: ({ length }) => void log.push(`${clock.nowMs()} ${length} bytes`),
      onEnd: () => void log.push(`${clock.nowMs()} end`),
      onAbort: () => {},
    });
  void shapedWith(handler, { clock })(exchange);
  sender?.onData(Buffer.alloc(500));
  sender?.onData(Buffer.alloc(100));
  await clock.advanceTo(700);
  sender?.onData(Buffer.alloc(200));
  sender?.onEnd([]);
  await clock.advanceTo(1000);
  expect(log).toEqual([
    ...["0 pause", "0 500 bytes", "0 pause", "0 100 bytes", "600 resume"],
    ...["700 pause", "700 200 bytes", "700 resume", "900 end"],
  ]);
});

interface Setup {
  readonly clock?: Clock;
  readonly defaults?: string;
  readonly handler?: Handler;
}

function shapedWith(handler: Handler, { clock, defaults = "" }: Setup): Handler {
  return shaped(handler, {
    defaults: parseShape(defaults),
    clock: clock ?? new FakeClock(),
    random: seededRandom(1),
    ownDelay: new Set(["/chunked"]),
  });
}

function ask(request: FakeRequest, setup: Setup = {}): FakeExchange {
  const exchange = fakeExchange(request);
  void shapedWith(setup.handler ?? hello, setup)(exchange);
  return exchange;
}

function injected(exchange: FakeExchange): { answer: FakeExchange["answer"]; text: string } {
  return { answer: exchange.answer, text: exchange.text() };
}
