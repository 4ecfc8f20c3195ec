import { describe, expect, test } from "bun:test";
import { http2Code, http2Type } from "@breakwater/wire";
import type { Exchange, Handler } from "../exchange.ts";
import type { ServerLimits } from "../http-server.ts";
import { frame, Http2Peer, requestFrame } from "./testing/http2-peer.ts";

const { data, headers, rstStream, settings, ping, continuation, windowUpdate } = http2Type;
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** Answers "/" at once, and leaves the others to the test. */
function connect(limits: Partial<ServerLimits> = {}) {
  const exchanges: Exchange[] = [];
  const gone: string[] = [];
  const handler: Handler = (exchange) => {
    const { path } = exchange.request;
    if (path === "/") exchange.respond({ status: 200, body: "ok" });
    else {
      exchange.onAbort(() => gone.push(path));
      exchanges.push(exchange);
    }
  };
  const peer = new Http2Peer(handler, { limits });
  const sweepAt = async (nowMs: number): Promise<void> => {
    await peer.context.clock.advanceTo(nowMs);
    peer.server.sweep(nowMs);
  };
  return { peer, exchanges, gone, sweepAt };
}

describe("floods end the connection", () => {
  const resets = (id: number) => [
    requestFrame(id, "/later"),
    frame(rstStream, 0, id, hex("00000008")),
  ];
  const malformed = (id: number) => [frame(headers, 5, id, hex("82 86"))];
  test.each<[string, number, (id: number) => Uint8Array[]]>([
    ["streams that are reset at once", 1000, resets],
    ["requests that are malformed", 1000, malformed],
    ["PING", 10_000, () => [frame(ping, 0, 0, "12345678")]],
    ["SETTINGS", 10_000, () => [frame(settings, 0, 0)]],
    ["PRIORITY", 10_000, () => [frame(2, 0, 1, "12345")]],
    ["unknown frames", 10_000, () => [frame(99, 0, 0)]],
    ["windows opened by a byte", 10_000, () => [frame(windowUpdate, 0, 0, hex("00000001"))]],
  ])("%s", async (_name, most, frames) => {
    const { peer } = connect({ maxUnsentBytes: 2 ** 24 });
    const send = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) peer.raw(...frames(2 * n + 1));
    };
    // SETTINGS at first is one of them.
    send(0, most - 1);
    expect(peer.transport.state).toBe("open");
    send(most - 1, most + 1);
    expect((await peer.goAways()).map((text) => text.split(": ")[1])).toEqual(["11"]);
    expect(peer.transport.state).toBe("ended");
    expect(peer.context.inFlight).toBe(0);
  });

  test("but not over time, nor beside answers", async () => {
    const { peer, sweepAt } = connect();
    let id = 1;
    for (let second = 1; second <= 20; second += 1) {
      for (let n = 0; n < 100; n += 1, id += 2) peer.raw(...resets(id));
      await sweepAt(1000 * second);
    }
    for (let n = 0; n < 2000; n += 1, id += 4) peer.raw(...resets(id), requestFrame(id + 2, "/"));
    expect(peer.transport.state).toBe("open");
  });

  test.each<[string, Uint8Array[]]>([
    ["of nothing", Array<Uint8Array>(200).fill(frame(continuation, 0, 1))],
    ["beyond the limit", Array<Uint8Array>(9).fill(frame(continuation, 0, 1, "a".repeat(16_384)))],
  ])("a header block that goes on, %s", async (_name, frames) => {
    const { peer } = connect();
    peer.raw(frame(headers, 1, 1, hex("82")), ...frames);
    expect(await peer.goAways()).toEqual(["0: 11"]);
  });

  test("empty DATA", async () => {
    const { peer } = connect();
    peer.request(1, "/later", { method: "POST", isEnd: false });
    for (let n = 0; n < 10_001; n += 1) peer.data(1, "");
    expect(await peer.goAways()).toEqual(["1: 11"]);
  });
});

describe("limits", () => {
  test("a head that is too large is answered, and the next can be read", async () => {
    const { peer } = connect({ maxHeadBytes: 300 });
    const fields = [["x", "y".repeat(300)]] as const;
    peer.raw(requestFrame(1, "/", { fields }), requestFrame(3, "/", { fields, isEnd: false }));
    peer.raw(requestFrame(5, "/"));
    expect(await peer.answer(1)).toMatchObject({ statuses: "431", isEnded: true });
    expect(await peer.answer(3)).toMatchObject({ statuses: "431", resetCode: http2Code.none });
    expect(await peer.answer(5)).toMatchObject({ statuses: "200" });
  });

  test("streams beyond the limit are refused, until one is done", async () => {
    const { peer, exchanges } = connect({ maxStreams: 2 });
    for (const id of [1, 3, 5]) peer.request(id, "/later");
    expect((await peer.answer(5)).resetCode).toBe(http2Code.refused);
    expect(exchanges).toHaveLength(2);
    exchanges[0]!.respond({ status: 200 });
    peer.request(7, "/");
    expect(await peer.answer(7)).toMatchObject({ statuses: "200", isEnded: true });
  });
});

describe("a client that goes away", () => {
  test.each<[string, (peer: Http2Peer) => void, string]>([
    ["resets the stream", (peer) => peer.send(rstStream, 0, 1, hex("00000008")), "open"],
    ["closes", (peer) => peer.server.onClose(), "open"],
    ["breaks the protocol", (peer) => peer.send(ping, 0, 0), "ended"],
    ["is cut", (peer) => peer.server.cut(), "reset"],
  ])("and %s: its handlers are told once, and nothing more is sent", async (_name, go, state) => {
    const { peer, exchanges, gone } = connect();
    peer.request(1, "/later");
    const body = exchanges[0]!.begin({ status: 200 });
    go(peer);
    const before = (await peer.summary()).length;
    expect(body.write(Buffer.from("abc"))).toBe(true);
    body.end();
    peer.server.onClose();
    expect(gone).toEqual(["/later"]);
    expect((await peer.summary()).length).toBe(before);
    expect(peer.transport.state).toBe(state as "open");
    expect(peer.context).toMatchObject({ inFlight: 0, answered: 1 });
    expect(peer.context.records).toMatchObject([{ status: 200, isAborted: true }]);
  });

  test("and only sends no more still gets its answers", async () => {
    const { peer, exchanges, gone } = connect();
    peer.request(1, "/later");
    peer.server.onEnd();
    expect(peer.transport.state).toBe("open");
    exchanges[0]!.respond({ status: 200, body: "late" });
    expect(await peer.answer(1)).toMatchObject({ body: "late", isEnded: true });
    expect([gone, peer.transport.state]).toEqual([[], "ended"]);
  });
});

describe("stopping", () => {
  test("is announced at once, and new requests are still answered", async () => {
    const { peer } = connect();
    peer.server.announceStop();
    peer.server.announceStop();
    peer.request(1, "/");
    expect(await peer.answer(1)).toMatchObject({ statuses: "200" });
    expect(await peer.goAways()).toEqual(["2147483647: 0"]);
  });

  test("is told to a client that comes after that, with its first answer", async () => {
    const { peer } = connect();
    peer.context.isStopping = true;
    expect(await peer.goAways()).toEqual([]);
    peer.request(1, "/");
    expect(await peer.goAways()).toEqual(["2147483647: 0"]);
  });

  test("lets what is under way finish, refuses more, and closes", async () => {
    const { peer, exchanges } = connect();
    peer.request(1, "/later");
    peer.server.announceStop();
    peer.server.finish();
    peer.server.finish();
    peer.request(3, "/");
    expect((await peer.answer(3)).resetCode).toBe(http2Code.refused);
    expect(peer.transport.state).toBe("open");
    exchanges[0]!.respond({ status: 200, body: "late" });
    expect(await peer.answer(1)).toMatchObject({ body: "late", isEnded: true });
    expect(await peer.goAways()).toEqual(["2147483647: 0", "1: 0"]);
    expect(peer.transport.state).toBe("ended");
  });

  test("closes a connection at once on which nothing is under way", async () => {
    const { peer } = connect();
    peer.server.finish();
    expect(await peer.goAways()).toEqual(["0: 0"]);
    expect(peer.transport.state).toBe("ended");
  });

  test("from within a handler does not cut its own answer", async () => {
    const peer: Http2Peer = new Http2Peer((exchange) => {
      peer.server.finish();
      exchange.respond({ status: 200, body: "bye" });
    });
    peer.request(1, "/");
    expect(await peer.answer(1)).toMatchObject({ body: "bye", isEnded: true });
    expect(peer.transport.state).toBe("ended");
  });
});

describe("time", () => {
  test("a connection on which nothing moves is closed, but not while an answer is owed", async () => {
    const { peer, exchanges, sweepAt } = connect();
    peer.request(1, "/later");
    for (const at of [1, 60, 120]) await sweepAt(1000 * at);
    expect(peer.transport.state).toBe("open");
    exchanges[0]!.respond({ status: 200 });
    await sweepAt(129_000);
    expect(peer.transport.state).toBe("open");
    await sweepAt(130_000);
    expect(await peer.goAways()).toEqual(["1: 0"]);
    expect(peer.transport.state).toBe("ended");
  });

  test("a header block that takes too long ends the connection", async () => {
    const { peer, sweepAt } = connect();
    peer.send(headers, 1, 1, hex("82"));
    for (let second = 1; second <= 11; second += 1) {
      await sweepAt(1000 * second);
      peer.send(continuation, 0, 1, hex("86"));
    }
    expect(await peer.goAways()).toEqual(["0: 11"]);
  });

  test("a body that stands still resets its stream, however long others move", async () => {
    const { peer, exchanges, gone, sweepAt } = connect();
    const told: string[] = [];
    for (const id of [1, 3]) peer.request(id, `/${id}`, { method: "POST", isEnd: false });
    for (const exchange of exchanges) {
      exchange.readBody({
        onData: () => {},
        onEnd: () => {},
        onAbort: () => told.push(exchange.request.path),
      });
    }
    for (let second = 1; second <= 15; second += 1) {
      peer.data(3, "a");
      await sweepAt(1000 * second);
    }
    expect([gone, told]).toEqual([["/1"], ["/1"]]);
    expect((await peer.answer(1)).resetCode).toBe(http2Code.cancel);
    expect((await peer.answer(3)).resetCode).toBeUndefined();
  });

  test("an answer whose window stays closed resets its stream after a minute", async () => {
    const { peer, exchanges, gone, sweepAt } = connect();
    peer.request(1, "/later");
    exchanges[0]!.respond({ status: 200, body: new Uint8Array(100_000) });
    for (const at of [1, 59, 60]) await sweepAt(1000 * at);
    expect(gone).toEqual([]);
    peer.openWindow(0, 300);
    peer.openWindow(1, 300);
    for (const at of [61, 120]) await sweepAt(1000 * at);
    expect(gone).toEqual([]);
    await sweepAt(121_000);
    expect(gone).toEqual(["/later"]);
    expect((await peer.answer(1)).resetCode).toBe(http2Code.cancel);
  });

  test("does not matter where there is no limit", async () => {
    const { peer, sweepAt } = connect({ idleTimeoutMs: 0 });
    for (const at of [1, 10, 100_000]) await sweepAt(1000 * at);
    expect(peer.transport.state).toBe("open");
  });
});

test("nothing is read behind what broke the protocol", async () => {
  const { peer, exchanges } = connect();
  peer.raw(frame(data, 0, 0, "x"), requestFrame(1, "/later"));
  peer.raw(requestFrame(3, "/later"));
  expect(exchanges).toEqual([]);
  expect(await peer.goAways()).toEqual(["0: 1"]);
});
