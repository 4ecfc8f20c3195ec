import { expect, test } from "bun:test";
import { type ClientHttp2Stream, connect } from "node:http2";
import { openStage } from "./testing/stage.ts";

/** The answer's head, body and trailers. */
async function read(stream: ClientHttp2Stream) {
  const done = Promise.withResolvers<void>();
  const got = { head: {} as Record<string, unknown>, body: "", trailers: {} as object };
  stream.on("response", (head) => {
    got.head = head;
  });
  stream.on("data", (part: Buffer) => {
    got.body += part.toString("latin1");
  });
  stream.on("trailers", (trailers) => {
    got.trailers = trailers;
  });
  stream.on("end", done.resolve);
  stream.on("error", done.reject);
  await done.promise;
  return got;
}

test("a request over HTTP/2 is one over HTTP/1.1 for the upstream", async () => {
  await using on = await openStage({
    forward: { forwarded: { mode: "replace", standard: true, via: "gate" } },
  });
  const session = connect(on.server.url);
  const stream = session.request({
    ...{ ":method": "POST", ":path": "/a?b", ":authority": "example.com", te: "trailers" },
    ...{ cookie: ["a=1", "b=2"], "x-forwarded-for": "203.0.113.9" },
  });
  const reading = read(stream);
  stream.write("hello");
  const peer = await on.service.accept();
  await peer.receive("5\r\nhello\r\n");
  stream.end("world");
  const request = await peer.receive("0\r\n\r\n");
  expect(request.split("\r\n")).toEqual([
    "POST /a?b HTTP/1.1",
    "Host: example.com",
    "cookie: a=1; b=2",
    "X-Forwarded-Host: example.com",
    "Via: 2.0 gate",
    "Transfer-Encoding: chunked",
    "Connection: TE",
    "TE: trailers",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Proto: http",
    'Forwarded: for=127.0.0.1;host="example.com";proto=http',
    "",
    "5",
    "hello",
    "5",
    "world",
    "0",
    "",
    "",
  ]);
  peer.send(
    "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5\r\nX-A: 1\r\n\r\n" +
      "2\r\nok\r\n0\r\ngrpc-status: 0\r\n\r\n",
  );
  const { head, body, trailers } = await reading;
  expect(head).toMatchObject({ ":status": 200, "x-a": "1", via: "1.1 gate" });
  expect(head).not.toContainAnyKeys(["keep-alive", "transfer-encoding", "connection"]);
  expect([body, trailers]).toMatchObject(["ok", { "grpc-status": "0" }]);
  session.destroy();
});

test("requests on one connection go over as many to the upstream, and a reset ends its own", async () => {
  await using on = await openStage();
  const session = connect(on.server.url);
  const first = session.request({ ":path": "/first" });
  const peer = await on.service.accept();
  await peer.receive("/first");
  const second = session.request({ ":path": "/second" });
  const other = await on.service.accept();
  await other.receive("/second");
  first.on("error", () => {});
  first.close(8);
  await peer.closed;
  const reading = read(second);
  other.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  expect((await reading).body).toBe("ok");
  expect(await on.results(2)).toMatchObject([{ kind: "aborted" }, { kind: "answered" }]);
  session.destroy();
});

test("a body that is cut resets its stream", async () => {
  await using on = await openStage();
  const session = connect(on.server.url);
  const stream = session.request({ ":path": "/" });
  const failed = new Promise<Error>((resolve) => stream.on("error", resolve));
  stream.resume();
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  await new Promise((resolve) => stream.on("data", resolve));
  peer.reset();
  expect((await failed).message).toContain("INTERNAL_ERROR");
  session.destroy();
});

test("HEAD has the length of the body that it does not get", async () => {
  await using on = await openStage();
  const session = connect(on.server.url);
  const reading = read(session.request({ ":method": "HEAD", ":path": "/" }));
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
  expect((await reading).head).toMatchObject({ ":status": 200, "content-length": "77" });
  session.destroy();
});
