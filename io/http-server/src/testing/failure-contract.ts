import { expect, test } from "bun:test";
import type { Handler } from "../exchange.ts";
import type { ExchangeContract, OpenStage } from "./exchange-stage.ts";

/** What handlers, answers and clients can do wrong. */
export function testFailures({ isExact }: ExchangeContract, stage: OpenStage): void {
  // Bun's fetch sends a GET again whose answer was reset.
  const post = { method: "POST", body: "x" };
  const outcome = async (sent: Promise<Response>): Promise<string> => {
    try {
      return await (await sent).text();
    } catch {
      return "failed";
    }
  };

  test.each<[string, Handler]>([
    [
      "throws",
      () => {
        throw new Error("boo");
      },
    ],
    ["rejects", () => Promise.reject(new Error("boo"))],
  ])("a handler that %s is a 500 that keeps the error to itself", async (_what, handler) => {
    await using on = stage(handler);
    const response = await on.send("/");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("boo");
    expect(on.errors).toEqual([new Error("boo")]);
  });

  test("a handler that throws when it has begun is cut off", async () => {
    await using on = stage((exchange) => {
      exchange.begin({ status: 200, contentLength: 10 }).write(Buffer.from("he"));
      throw new Error("boo");
    });
    const got = await outcome(on.send("/", post));
    expect(isExact ? got : "failed").toBe("failed");
    const { status, isAborted } = await on.record();
    expect([status, isAborted, on.errors]).toEqual([200, true, [new Error("boo")]]);
  });

  test("an answer that is reset fails at the client", async () => {
    await using on = stage((exchange) => exchange.reset());
    expect(await outcome(on.send("/", post))).toBe("failed");
    const { status, bodyBytes, isAborted } = await on.record();
    expect([status, bodyBytes, isAborted]).toEqual([0, 0, true]);
    expect(on.server.counts().requestsInFlight).toBe(0);
  });

  test.each([10, undefined])("a body of length %p that is aborted fails", async (contentLength) => {
    await using on = stage((exchange) => {
      const body = exchange.begin({ status: 200, contentLength });
      body.write(Buffer.from("hello"));
      body.abort();
    });
    const got = await outcome(on.send("/", post));
    expect(isExact ? got : "failed").toBe("failed");
    expect((await on.record()).isAborted).toBe(true);
  });

  test.each(["waiting", "begun", "reading"])(
    "a client that goes away while the answer is %s is told of, once",
    async (state) => {
      const log: string[] = [];
      const asked = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      await using on = stage((exchange) => {
        exchange.onAbort(() => {
          log.push("gone");
          gone.resolve();
        });
        if (state === "begun") exchange.begin({ status: 200 }).write(Buffer.from("x"));
        exchange.readBody({
          onData: () => {},
          onEnd: () => log.push("end"),
          onAbort: () => log.push("abort"),
        });
        asked.resolve();
      });
      const leave = new AbortController();
      const body = new ReadableStream({ start: (sink) => sink.enqueue(Buffer.from("part")) });
      const init = { signal: leave.signal, ...(state === "reading" && { method: "POST", body }) };
      const sent = outcome(on.send("/", init));
      await asked.promise;
      leave.abort();
      expect(await sent).toBe("failed");
      await gone.promise;
      const { isAborted, status } = await on.record();
      expect([isAborted, status]).toEqual([true, state === "begun" ? 200 : 0]);
      const told = state === "reading" ? "abort" : "end";
      expect([new Set(log), log.length]).toEqual([new Set(["gone", told]), 2]);
      expect(on.server.counts().requestsInFlight).toBe(0);
      expect(on.errors).toEqual([]);
    },
  );

  test("an answer to a client that has gone is ignored", async () => {
    const gone = Promise.withResolvers<void>();
    const leave = new AbortController();
    await using on = stage((exchange) => {
      exchange.onAbort(() => {
        exchange.respond({ status: 200, body: "x" });
        exchange.begin({ status: 200 }).end();
        exchange.reset();
        gone.resolve();
      });
      leave.abort();
    });
    expect(await outcome(on.send("/", { signal: leave.signal }))).toBe("failed");
    await gone.promise;
    expect((await on.record()).status).toBe(0);
    expect(on.errors).toEqual([]);
  });
}
