import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { rawClient } from "@breakwater/http-server/testing";
import { openPassing, openStage } from "./testing/stage.ts";

const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test.each([
  ["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["a field without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n"],
  ["a NUL in a field", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n"],
  ["a control character in a field", "HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n"],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"],
  [
    "a length and chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"],
  ["a status beyond 599", "HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"],
  ["a 101 that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"],
  ["a head that is too long", `HTTP/1.1 200 OK\r\nA: ${"x".repeat(20_000)}\r\n\r\n`],
  ["too many interim answers", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(40)],
])("%s is told as 502, and the connection not used again", async (_what, answer) => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(answer);
  const text = await client.receive('"code":"bad_answer"');
  expect(text).toContain("HTTP/1.1 502 Bad Gateway\r\n");
  expect(await on.results(1)).toEqual([{ kind: "failed", failure: "bad_answer", status: 502 }]);
  await peer.closed;
  expect(on.upstream.counts().open).toBe(0);
});

test.each([
  ["a FIN before the head", "", "reset"],
  ["a FIN in the head", "HTTP/1.1 200 OK\r\nContent-", "reset"],
])("%s is told as 502", async (_what, answer, failure) => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  if (answer !== "") peer.send(answer);
  peer.endWriting();
  await client.receive(`"code":"${failure}"`);
  expect(await on.results(1)).toMatchObject([{ failure, status: 502 }]);
});

test.each(["fin", "reset", "bad chunk"])(
  "a body that is cut by a %s is cut for the client",
  async (how) => {
    await using on = await openStage();
    const client = await on.send(get);
    const peer = await on.service.accept();
    await peer.receive("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    await client.receive("hello");
    if (how === "fin") peer.endWriting();
    else if (how === "reset") peer.reset();
    else peer.send("no chunk\r\n");
    expect(await client.closed).toEndWith("5\r\nhello\r\n");
    expect(await on.results(1)).toEqual([{ kind: "failed", failure: "body_cut", status: 0 }]);
  },
);

test("an upstream that takes no connections is told as 502", async () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  listener.stop(true);
  await using on = openPassing(`http://127.0.0.1:${listener.port}`);
  const response = await fetch(on.server.url);
  expect([response.status, await response.json()]).toMatchObject([502, { code: "connect" }]);
  expect(await on.results(1)).toEqual([{ kind: "failed", failure: "connect", status: 502 }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("what found no connection can be taken back, to be sent elsewhere", async () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  listener.stop(true);
  const taken: string[] = [];
  await using on = openPassing(`http://127.0.0.1:${listener.port}`, {
    forward: { onUnsent: (failure) => taken.push(failure) === 1 },
  });
  const client = await rawClient(on.server.port);
  client.send(post);
  while (taken.length === 0) await new Promise(setImmediate);
  client[Symbol.dispose]();
  const refused = await fetch(on.server.url);
  expect([taken, refused.status]).toEqual([["connect", "connect"], 502]);
  expect(await on.results(1)).toEqual([{ kind: "failed", failure: "connect", status: 502 }]);
});

test("more exchanges than there may be connections are told so at once", async () => {
  await using on = await openStage({ upstream: { maxConnections: 1 } });
  const first = await on.send(get);
  const peer = await on.service.accept();
  const second = await on.send(get);
  const text = await second.receive('"code":"full"');
  expect(text).toContain("HTTP/1.1 503 Service Unavailable\r\n");
  await peer.receive("\r\n\r\n");
  peer.send(ok);
  await first.receive("ok");
  second.send(get);
  await peer.receive("\r\n\r\n");
  expect(on.service.accepted).toBe(1);
});

test.each([
  ["CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501],
  ["GET / HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 501],
])("%j is not forwarded", async (request, status) => {
  await using on = await openStage();
  const client = await on.send(request);
  expect(await client.receive("bad_request")).toStartWith(`HTTP/1.1 ${status} `);
  expect(await on.results(1)).toEqual([{ kind: "failed", failure: "bad_request", status }]);
  expect(on.service.accepted).toBe(0);
});

/** Leaves a connection idle that the upstream is about to close, and the request that meets it. */
async function meetStale(on: Awaited<ReturnType<typeof openStage>>, request: string) {
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(ok);
  await client.receive("ok");
  peer.clear();
  const second = await on.send(request);
  await peer.receive("HTTP/1.1");
  return { peer, second };
}

test.each(["closes", "resets"])(
  "a kept connection that the upstream %s instead of answering is tried once more",
  async (how) => {
    await using on = await openStage();
    const { peer, second } = await meetStale(on, get);
    if (how === "closes") peer.endWriting();
    else peer.reset();
    const fresh = await on.service.accept();
    await fresh.receive("GET /");
    fresh.send(ok);
    await second.receive("\r\n\r\nok");
    expect(on.upstream.counts()).toMatchObject({ retried: 1, open: 1 });
  },
);

test("it is not tried a third time", async () => {
  await using on = await openStage();
  const { peer, second } = await meetStale(on, get);
  peer.endWriting();
  const fresh = await on.service.accept();
  await fresh.receive("GET /");
  fresh.endWriting();
  await second.receive('"code":"reset"');
  expect(on.service.accepted).toBe(2);
});

test("what could be done twice is not tried again", async () => {
  await using on = await openStage();
  const { peer, second } = await meetStale(on, post);
  peer.endWriting();
  await second.receive('"code":"reset"');
  expect(on.upstream.counts()).toMatchObject({ retried: 0, open: 0 });
});

test("a kept connection on which something comes is not used again", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
  await client.receive("ok");
  await peer.closed;
  client.send(get);
  const fresh = await on.service.accept();
  await fresh.receive("\r\n\r\n");
  fresh.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
  expect(await client.receive("good")).not.toContain("evil");
});

test("what comes unasked on a kept connection closes it", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(ok);
  await client.receive("ok");
  peer.send(ok);
  await peer.closed;
  expect(on.upstream.counts().open).toBe(0);
});

test("a client that goes away takes its request with it", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  client[Symbol.dispose]();
  await peer.closed;
  expect(await on.results(1)).toEqual([{ kind: "aborted" }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("a client that goes away within the answer's body takes it with it", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  await client.receive("hello");
  client[Symbol.dispose]();
  await peer.closed;
  expect(await on.results(1)).toEqual([{ kind: "aborted" }]);
});

test("a client whose body is malformed is told so, and its request is cut", async () => {
  await using on = await openStage();
  const client = await on.send(
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  );
  const peer = await on.service.accept();
  await peer.receive("5\r\nhello\r\n");
  client.send("no chunk\r\n");
  expect(await client.closed).toStartWith("HTTP/1.1 400 ");
  await peer.closed;
  expect(await on.results(1)).toEqual([{ kind: "aborted" }]);
});

test("an answer before the body is whole is passed on, and its connection not used again", async () => {
  await using on = await openStage();
  const client = await on.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  const peer = await on.service.accept();
  await peer.receive("hello");
  peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
  await client.receive("\r\n\r\nno");
  await peer.closed;
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 401 }]);
  client.send(`world${get}`);
  await (await on.service.accept()).receive("GET / ");
});

test.each([
  ["connectTimeoutMs", "connect_timeout"],
  ["headTimeoutMs", "head_timeout"],
  ["bodyIdleMs", "body_cut"],
])("%s ends what takes longer", async (option, failure) => {
  const clock = new FakeClock();
  await using on = await openStage({ clock, upstream: { [option]: 100 } });
  const client = await on.send(get);
  if (option !== "connectTimeoutMs") {
    const peer = await on.service.accept();
    await peer.receive("\r\n\r\n");
    if (option === "bodyIdleMs") {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
      await client.receive("hello");
    }
  } else await until(() => on.upstream.counts().connecting === 1);
  await clock.advanceTo(90);
  expect(on.upstream.counts().open).toBe(1);
  await clock.advanceTo(230);
  expect(await on.results(1)).toMatchObject([{ kind: "failed", failure }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("a slow client does not use up the time that the upstream has", async () => {
  const clock = new FakeClock();
  await using on = await openStage({ clock, upstream: { headTimeoutMs: 100, bodyIdleMs: 100 } });
  const client = await on.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  const peer = await on.service.accept();
  await peer.receive("hel");
  await clock.advanceTo(1000);
  client.send("lo");
  await peer.receive("lo");
  await clock.advanceTo(1090);
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  await client.receive("\r\n\r\n");
  await clock.advanceTo(1170);
  peer.send("ok");
  await client.receive("ok");
});

test("a client that waits to be asked is asked after a second of silence", async () => {
  const clock = new FakeClock();
  await using on = await openStage({ clock });
  const client = await on.send(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
  );
  await (await on.service.accept()).receive("\r\n\r\n");
  await clock.advanceTo(2000);
  await client.receive("HTTP/1.1 100 Continue\r\n");
});

test("an idle connection is closed when it is too old", async () => {
  const clock = new FakeClock();
  await using on = await openStage({ clock, upstream: { idleTimeoutMs: 100 } });
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(ok);
  await client.receive("ok");
  await clock.advanceTo(90);
  expect(on.upstream.counts().idle).toBe(1);
  await clock.advanceTo(230);
  expect(on.upstream.counts()).toMatchObject({ idle: 0, open: 0 });
  await peer.ended;
});

test.each(["127.0.0.1:80", "ftp://a", "http://a/b", "http://u@a", "http://a?b", ""])(
  "%p is no URL of an upstream",
  (url) => {
    expect(() => openPassing(url)).toThrow(
      `Cannot forward to ${JSON.stringify(url)}: give scheme, host and port`,
    );
  },
);

/** Turns of the event loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
