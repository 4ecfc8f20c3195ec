import { describe, expect, test } from "bun:test";
import type { Exchange } from "../exchange.ts";
import { testAnswers } from "./answer-contract.ts";
import { testBodies } from "./body-contract.ts";
import { type ExchangeContract, exchangeStage, type OpenStage } from "./exchange-stage.ts";
import { testFailures } from "./failure-contract.ts";

/** Runs the suite over a real listener and a real client. */
export function testExchanges(contract: ExchangeContract): void {
  const stage: OpenStage = (handler, changes) =>
    exchangeStage(contract.fetchProtocol, handler, changes);
  describe(`an exchange of ${contract.protocol}`, () => {
    testAnswers(contract, stage);
    testBodies(stage);
    testRequests(contract, stage);
    testFailures(contract, stage);
    testExtras(contract, stage);
  });
}

function testRequests({ protocol }: ExchangeContract, stage: OpenStage): void {
  test("the handler is told what was asked for, and by whom", async () => {
    let seen: Exchange | undefined;
    await using on = stage((exchange) => {
      seen = exchange;
      exchange.respond({ status: 200, body: "x" });
    });
    const { port, host } = on.server.url;
    await on.send("/a%20b/c?d=1&e", { method: "PUT", body: "12345", headers: { "X-F": "g" } });
    const { request, connection } = seen!;
    const { method, target, path, query, authority, contentLength, hasBody } = request;
    expect([request.protocol, method, target]).toEqual([protocol, "PUT", "/a%20b/c?d=1&e"]);
    expect([path, query, authority]).toEqual(["/a%20b/c", "d=1&e", host]);
    expect([contentLength, hasBody, request.header("x-f")]).toEqual([5, true, "g"]);
    expect(request.header("x-none")).toBeUndefined();
    const names = request.headers().map(([name, value]) => `${name.toLowerCase()}: ${value}`);
    expect(names).toContain("x-f: g");
    expect([connection.isTls, connection.destination]).toEqual([true, `127.0.0.1:${port}`]);
    expect(connection.source).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("an answer is told of when it is complete", async () => {
    await using on = stage((exchange) => exchange.respond({ status: 202, body: "hello" }));
    await (await on.send("/path?q")).text();
    const { source, tookMs, ...rest } = await on.record();
    expect(rest).toEqual({
      protocol,
      method: "GET",
      target: "/path?q",
      status: 202,
      bodyBytes: 5,
      isAborted: false,
    });
    expect([source.startsWith("127.0.0.1:"), tookMs]).toEqual([true, 0]);
  });

  test("a request is in flight until it is answered", async () => {
    const asked = Promise.withResolvers<Exchange>();
    await using on = stage(asked.resolve);
    const answered = on.send("/");
    const exchange = await asked.promise;
    expect(on.server.counts().requestsInFlight).toBe(1);
    exchange.respond({ status: 200 });
    await (await answered).text();
    await on.record();
    expect(on.server.counts().requestsInFlight).toBe(0);
  });

  test("what is in flight when the server stops is answered, and that is waited for", async () => {
    const asked = Promise.withResolvers<Exchange>();
    await using on = stage(asked.resolve);
    const answered = on.send("/");
    const exchange = await asked.promise;
    const stopped = on.server.stop({ graceMs: 10_000 });
    await on.clock.advanceTo(4000);
    exchange.respond({ status: 200, body: "answered" });
    expect(await (await answered).text()).toBe("answered");
    await on.clock.advanceTo(5000);
    await stopped;
    expect(on.server.counts().requestsInFlight).toBe(0);
  });
}

function testExtras(contract: ExchangeContract, stage: OpenStage): void {
  const { interims, trailers, protocol } = contract;

  test(`an interim answer is ${interims === undefined ? "not " : ""}sent`, async () => {
    const sent: boolean[] = [];
    await using on = stage((exchange) => {
      sent.push(exchange.interim(103, [["link", "</a>"]]), exchange.interim(102));
      exchange.respond({ status: 200, body: "x" });
    });
    const seen = await interims?.(on.server.port, "/");
    await (await on.send("/")).text();
    expect(seen).toEqual(interims === undefined ? undefined : [103, 102]);
    expect(new Set(sent)).toEqual(new Set([interims !== undefined]));
  });

  test(`trailers are ${trailers === undefined ? "not " : ""}sent`, async () => {
    await using on = stage((exchange) => {
      const body = exchange.begin({ status: 200 });
      body.write(Buffer.from("hello"));
      body.end([["x-checksum", "5"]]);
    });
    const seen = await trailers?.(on.server.port, "/");
    expect(await (await on.send("/")).text()).toBe("hello");
    expect(seen).toEqual(trailers === undefined ? undefined : [["x-checksum", "5"]]);
  });

  test("the bare connection is to be had in HTTP/1.1 alone", async () => {
    let wasTaken = false;
    await using on = stage((exchange) => {
      const wire = exchange.takeOver({ onData: () => {}, onClose: () => {} });
      wasTaken = wire !== undefined;
      wire?.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      wire?.end();
      exchange.respond({ status: 200, body: "ok" });
    });
    expect(await (await on.send("/")).text()).toBe("ok");
    expect(wasTaken).toBe(protocol === "HTTP/1.1");
  });
}
