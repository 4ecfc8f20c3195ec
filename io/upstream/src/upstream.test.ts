import { expect, test } from "bun:test";
import { openStage } from "./testing/stage.ts";

const get = "GET /a?b HTTP/1.1\r\nHost: example.com\r\n\r\n";

test("a request and its answer are passed on, each without the fields of its hop", async () => {
  await using on = await openStage();
  const client = await on.send(
    "GET /a?b=1 HTTP/1.1\r\nHost: example.com:81\r\nX-A: 1\r\nConnection: keep-alive, X-Hop\r\n" +
      "X-Hop: 2\r\nKeep-Alive: timeout=1\r\nProxy-Authorization: x\r\nTE: gzip, trailers\r\n" +
      "Upgrade: h2c\r\nX-a: 3\r\n\r\n",
  );
  const peer = await on.service.accept();
  const request = await peer.receive("\r\n\r\n");
  expect(request.split("\r\n")).toEqual([
    "GET /a?b=1 HTTP/1.1",
    "Host: example.com:81",
    "X-A: 1",
    "X-a: 3",
    "X-Forwarded-Host: example.com:81",
    "Connection: TE",
    "TE: trailers",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Proto: http",
    "",
    "",
  ]);
  peer.send(
    "HTTP/1.1 201 Made\r\nContent-Length: 2\r\nConnection: x-b\r\nX-B: 1\r\nSet-Cookie: a\r\n" +
      "Set-Cookie: b\r\nKeep-Alive: timeout=5\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nok",
  );
  const answer = await client.receive("ok");
  expect(answer.match(/^Date: .*/gm)).toHaveLength(1);
  const lines = answer.split("\r\n").filter((line) => !line.startsWith("Date: "));
  expect(lines).toEqual([
    "HTTP/1.1 201 Made",
    "Set-Cookie: a",
    "Set-Cookie: b",
    "Content-Length: 2",
    "",
    "ok",
  ]);
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 201, bytes: 2 }]);
});

test("the Host may be the upstream's own", async () => {
  await using on = await openStage({ upstream: { host: "upstream" } });
  await on.send(get);
  const peer = await on.service.accept();
  const request = await peer.receive("\r\n\r\n");
  expect(request).toContain(`\r\nHost: 127.0.0.1:${on.service.port}\r\n`);
  expect(request).toContain("\r\nX-Forwarded-Host: example.com\r\n");
});

test.each([
  ["POST /", "Content-Length: 5\r\n\r\nhello", "Content-Length: 5\r\n", "\r\n\r\nhello"],
  ["PUT /", "Content-Length: 0\r\n\r\n", "Content-Length: 0\r\n", "\r\n\r\n"],
  ["DELETE /", "\r\n", "DELETE / HTTP/1.1\r\n", "\r\n\r\n"],
  [
    "POST /",
    "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-T: 1\r\n\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
  ],
])("%s with %j has its body framed anew", async (line, rest, field, end) => {
  await using on = await openStage();
  await on.send(`${line} HTTP/1.1\r\nHost: a\r\n${rest}`);
  const request = await (await on.service.accept()).receive(end);
  expect(request).toEndWith(end);
  expect(request).toContain(field);
});

const ok = "HTTP/1.1 200 OK\r\n";

test.each([
  [
    "a length",
    "GET",
    `${ok}Content-Length: 5\r\n\r\nhello`,
    "Content-Length: 5\r\n",
    "\r\n\r\nhello",
  ],
  ["no bytes", "GET", `${ok}Content-Length: 0\r\n\r\n`, "Content-Length: 0\r\n", "\r\n\r\n"],
  [
    "chunks that come at once",
    "GET",
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    "Content-Length: 5\r\n",
    "\r\n\r\nhello",
  ],
  [
    "trailers",
    "GET",
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\nHost: b\r\n\r\n`,
    "Transfer-Encoding: chunked\r\n",
    "\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
  ],
  [
    "HEAD's length",
    "HEAD",
    `${ok}Content-Length: 77\r\n\r\n`,
    "Content-Length: 77\r\n",
    "\r\n\r\n",
  ],
  [
    "HEAD's chunks",
    "HEAD",
    `${ok}Transfer-Encoding: chunked\r\n\r\n`,
    "Transfer-Encoding: chunked\r\n",
    "\r\n\r\n",
  ],
  ["204", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", "204 No", "\r\n\r\n"],
  [
    "304's length",
    "GET",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "Content-Length: 9\r\n",
    "\r\n\r\n",
  ],
])("an answer with %s is passed on, and its connection used again", async (...row) => {
  const [, method, answer, field, end] = row;
  await using on = await openStage();
  const client = await on.send(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(answer);
  const got = await client.receive(end);
  expect(got).toEndWith(end);
  expect(got).toContain(field);
  expect(on.upstream.counts()).toMatchObject({ open: 1, idle: 1, busy: 0 });
  peer.clear();
  client.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  await peer.receive("GET /second");
  expect(on.service.accepted).toBe(1);
});

test("an answer that ends with its connection is passed on in chunks", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.0 200 OK\r\n\r\nhel");
  await client.receive("3\r\nhel\r\n");
  peer.send("lo");
  await client.receive("2\r\nlo\r\n");
  peer.endWriting();
  expect(await client.receive("0\r\n\r\n")).toContain("\r\nTransfer-Encoding: chunked\r\n");
  await peer.closed;
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 200, bytes: 5 }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("interim answers are passed on, but for a 100 that nobody waits for", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  await client.receive("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  peer.send(`${ok}Content-Length: 2\r\n\r\nok`);
  expect(await client.receive("\r\n\r\nok")).not.toContain("100 Continue");
});

test("a client that waits to be asked for its body is asked when the upstream asks", async () => {
  await using on = await openStage();
  const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  const client = await on.send(head);
  const peer = await on.service.accept();
  expect(await peer.receive("\r\n\r\n")).toContain("\r\nExpect: 100-continue\r\n");
  peer.send("HTTP/1.1 100 Continue\r\n\r\n");
  expect(await client.receive("100 Continue")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  await peer.receive("hello");
  peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  await client.receive("204 No Content");
  expect(on.upstream.counts().idle).toBe(1);
});

test("a client whose body the upstream does not want is not asked for it", async () => {
  await using on = await openStage();
  const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  const client = await on.send(head);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  expect(await client.closed).toStartWith("HTTP/1.1 413 Too Large\r\n");
  await peer.closed;
});

test("fields of ours take the place of the same ones, both ways", async () => {
  const onHead = (status: number) => [["X-Request-Id", `ours-${status}`]] as const;
  const fields = [["X-Request-Id", "ours"]] as const;
  await using on = await openStage({ forward: { fields, onHead } });
  const client = await on.send("GET / HTTP/1.1\r\nHost: a\r\nx_request-id: theirs\r\n\r\n");
  const peer = await on.service.accept();
  const request = await peer.receive("\r\n\r\n");
  expect(request.match(/x.request-id: .*/gi)).toEqual(["X-Request-Id: ours"]);
  peer.send(`${ok}x-request-id: theirs\r\nContent-Length: 2\r\n\r\nok`);
  const answer = await client.receive("ok");
  expect(answer.match(/x-request-id: .*/gi)).toEqual(["X-Request-Id: ours-200"]);
});

test("no more connections are kept than may be, and none after close()", async () => {
  await using on = await openStage({ upstream: { maxIdle: 1 } });
  const clients = [await on.send(get), await on.send(get), await on.send(get)];
  const peers = [await on.service.accept(), await on.service.accept(), await on.service.accept()];
  for (const peer of peers) await peer.receive("\r\n\r\n");
  expect(on.upstream.counts()).toMatchObject({ open: 3, busy: 3, idle: 0, opened: 3 });
  peers[0]!.send(`${ok}Content-Length: 2\r\n\r\nok`);
  peers[1]!.send(`${ok}Content-Length: 2\r\n\r\nok`);
  await on.results(2);
  expect(on.upstream.counts()).toMatchObject({ open: 2, busy: 1, idle: 1 });
  on.upstream.close();
  on.upstream.close();
  expect(on.upstream.counts()).toMatchObject({ open: 1, busy: 1, idle: 0 });
  peers[2]!.send(`${ok}Content-Length: 2\r\n\r\nok`);
  await Promise.all(clients.map((client) => client.receive("ok")));
  expect(on.upstream.counts().open).toBe(0);
});

test("a body that ends with its connection ends it, whatever the client asks for next", async () => {
  await using on = await openStage();
  const client = await on.send(get);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\n\r\nall");
  await client.receive("all");
  client.send(get);
  peer.endWriting();
  const fresh = await on.service.accept();
  await fresh.receive("\r\n\r\n");
  fresh.send(`${ok}Content-Length: 4\r\n\r\nnext`);
  await client.receive("next");
});
