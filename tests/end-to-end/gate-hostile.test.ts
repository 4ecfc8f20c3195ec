import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { IncomingHttpHeaders } from "node:http";
import fc from "fast-check";
import { type GateUnderAttack, gateUnderAttack } from "./gate-under-attack.ts";
import {
  answersTo,
  http2Field as field,
  http2Frame as frame,
  http2FrameOf as frameOf,
  type HostileClient,
  hostileClient,
  inParallel,
  http2Preface as preface,
  statusesIn,
} from "./hostile-client.ts";
import { scriptedService } from "./scripted-service.ts";

// One gate for all attacks: after each of them it has to be as it was.
const service = await scriptedService();
let gate: GateUnderAttack;
let port = 0;

beforeAll(async () => {
  const limits = ["--limit", "2", "--queue", "10", "--max-wait", "10s"];
  const times = ["--idle-timeout", "1s", "--timeout", "500ms", "--shutdown-timeout", "0s"];
  const rules = ["--bypass", "/public/*", "--bypass", "/probe"];
  gate = await gateUnderAttack([...limits, ...times, ...rules], service.port);
  port = gate.port;
});

afterEach(async () => {
  service.releaseAll();
  await gate.settled();
  const answer = await fetch(`${gate.url}/still-there`, { keepalive: false });
  expect([answer.status, (await gate.status()).limiter.doubleReleases]).toEqual([200, 0]);
  service.seen.length = 0;
});

afterAll(async () => {
  const { exitCode, stderr } = await gate.stop();
  service.stop();
  expect([exitCode, stderr.match(/^error.*/gm)]).toEqual([0, null]);
});

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

describe("a request that servers understand in two ways reaches no service", () => {
  test.each([
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 400],
    ["chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n", 400],
    ["a blank before the colon", "Transfer-Encoding : chunked", "0\r\n\r\n", 400],
    ["a tab before the colon", "Transfer-Encoding\t: chunked", "0\r\n\r\n", 400],
    ["chunks twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 501],
    ["chunks not last", "Transfer-Encoding: chunked, identity", "0\r\n\r\n", 501],
    ["another coding", "Transfer-Encoding: xchunked", "0\r\n\r\n", 501],
    ["a quoted coding", 'Transfer-Encoding: "chunked"', "0\r\n\r\n", 501],
    ["a coding behind VT", "Transfer-Encoding: \x0bchunked", "0\r\n\r\n", 400],
    ["a coding behind NUL", "Transfer-Encoding: \0chunked", "0\r\n\r\n", 400],
    ["a folded coding", "Transfer-Encoding:\r\n chunked", "0\r\n\r\n", 400],
    ["a folded field", "X: a\r\n Transfer-Encoding: chunked", "0\r\n\r\n", 400],
    ["a bare CR", "X: a\rTransfer-Encoding: chunked", "0\r\n\r\n", 400],
    ["a field without a colon", "Transfer-Encoding chunked", "0\r\n\r\n", 400],
    ["a field without a name", ": a", "", 400],
    ["two lengths", "Content-Length: 5\r\nContent-Length: 0", "hello", 400],
    ["a list of lengths", "Content-Length: 5, 0", "hello", 400],
    ["a length with a sign", "Content-Length: +5", "hello", 400],
    ["a length below nothing", "Content-Length: -5", "hello", 400],
    ["a length in hex", "Content-Length: 0x5", "hello", 400],
    ["a length with a point", "Content-Length: 5.0", "hello", 400],
    ["a length beyond numbers", `Content-Length: 1${"0".repeat(30)}`, "hello", 400],
    ["no length at all", "Content-Length:", "hello", 400],
    ["a second Host", "Host: b", "", 400],
  ])("%s", async (_what, fields, body, wanted) => {
    const sent = `POST /x HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}${smuggled}`;
    const text = await answersTo(port, sent);
    expect(statusesIn(text)).toEqual([wanted]);
    expect(service.seen).toEqual([]);
  });

  test.each([
    ["a size in hex", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["a size below nothing", "-5\r\nhello\r\n0\r\n\r\n"],
    ["a size beyond numbers", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"],
    ["lines that end by LF", "5\nhello\n0\n\n"],
    ["LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"],
    ["more than its size", "2\r\nhello\r\n0\r\n\r\n"],
    ["an endless extension", `5;${"a".repeat(10_000)}\r\nhello\r\n0\r\n\r\n`],
    ["a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"],
  ])("chunks with %s", async (_what, body) => {
    const framing = "Transfer-Encoding: chunked";
    const text = await answersTo(
      port,
      `POST /x HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${body}${smuggled}`,
    );
    expect(statusesIn(text)).toEqual([400]);
    expect(service.seen).toEqual([]);
  });

  test.each([
    ["a user in its URL", "GET http://u@a/x HTTP/1.1", "Host: a", 400],
    ["no Host", "GET /x HTTP/1.1", "X: a", 400],
    ["a Host with a path", "GET /x HTTP/1.1", "Host: a/b", 400],
    ["a Host with a blank", "GET /x HTTP/1.1", "Host: a b", 400],
    ["HTTP/1.0 and chunks", "POST /x HTTP/1.0", "Host: a\r\nTransfer-Encoding: chunked", 400],
    ["a tunnel to elsewhere", "CONNECT a:25 HTTP/1.1", "Host: a:25\r\nConnection: close", 501],
    ["HTTP/2 as its version", "GET /x HTTP/2.0", "Host: a", 505],
    ["a method in two words", "GET /y /x HTTP/1.1", "Host: a", 400],
    ["a path with a control character", "GET /\x01 HTTP/1.1", "Host: a", 400],
    ["a head that is too long", "GET /x HTTP/1.1", `Host: a\r\nX: ${"a".repeat(70_000)}`, 431],
    ["too many fields", "GET /x HTTP/1.1", `Host: a\r\n${"X: a\r\n".repeat(200)}X: b`, 431],
  ])("%s", async (_what, line, fields, wanted) => {
    const text = await answersTo(port, `${line}\r\n${fields}\r\n\r\n`);
    expect(statusesIn(text)).toEqual([wanted]);
    expect(service.seen).toEqual([]);
  });
});

describe("the service sees one request, as the gate understood it", () => {
  const madeUp = expect.stringMatching(/^[0-9a-f-]{36}$/);
  test.each<[string, string, string[], IncomingHttpHeaders]>([
    ["a target with its host", "GET http://b.test/x", [], { host: "b.test" }],
    ["two lengths that agree", "GET /x", ["Content-Length: 0", "Content-Length: 0"], {}],
    ["Content_Length", "GET /x", ["Content_Length: 5"], { content_length: undefined }],
    ["Transfer_Encoding", "GET /x", ["Transfer_Encoding: x"], { transfer_encoding: undefined }],
    [
      "an upgrade to HTTP/2",
      "GET /x",
      ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
      { upgrade: undefined, "http2-settings": undefined },
    ],
    ["what CGI takes for HTTP_PROXY", "GET /x", ["Proxy: http://evil"], { proxy: undefined }],
    [
      "somebody else's address",
      "GET /x",
      ["X-Forwarded-For: 1.1.1.1", "X_Forwarded_For: 2.2.2.2", "Forwarded: for=3.3.3.3"],
      { "x-forwarded-for": "127.0.0.1", x_forwarded_for: undefined, forwarded: undefined },
    ],
    [
      "what only proxies know",
      "GET /x",
      ["X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Real-IP: 1.1.1.1"],
      { "x-forwarded-proto": "http", "x-forwarded-host": "a", "x-real-ip": undefined },
    ],
    [
      "what Connection is to take away",
      "GET /x",
      ["Connection: x-forwarded-for, x-request-id, host, via", "X-Request-Id: mine"],
      { "x-forwarded-for": "127.0.0.1", "x-request-id": "mine", host: "a" },
    ],
    ["an id with a quote", "GET /x", ['X-Request-Id: a"b'], { "x-request-id": madeUp }],
    ["a long id", "GET /x", [`X-Request-Id: ${"a".repeat(200)}`], { "x-request-id": madeUp }],
    [
      "three ids",
      "GET /x",
      ["X-Request-Id: a", "X-Request-Id: b", "X_Request_Id: c"],
      { "x-request-id": madeUp, x_request_id: undefined },
    ],
  ])("who sends %s", async (_what, line, fields, wanted) => {
    const lines = [`${line} HTTP/1.1`, "Host: a", ...fields, "Connection: close"];
    const text = await answersTo(port, `${lines.join("\r\n")}\r\n\r\n${smuggled}`);
    const { url, headers = {} } = service.seen[0] ?? {};
    const got = Object.fromEntries(Object.keys(wanted).map((name) => [name, headers[name]]));
    expect([statusesIn(text), service.seen.length, url]).toEqual([[200], 1, "/x"]);
    expect(got).toEqual(wanted);
  });

  test("who puts a proxy's words behind the body", async () => {
    const fields = "Transfer-Encoding: chunked\r\nConnection: close";
    const trailers = "X-Forwarded-For: 1.1.1.1\r\nX-Request-Id: a\r\nX-Sum: 1\r\nHost: b";
    const body = `5\r\nhello\r\n0\r\n${trailers}\r\n\r\n`;
    await answersTo(port, `POST /x HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}${smuggled}`);
    expect(service.seen).toMatchObject([{ body: "hello", trailers: { "x-sum": "1" } }]);
    expect(Object.keys(service.seen[0]?.trailers ?? {})).toEqual(["x-sum"]);
  });

  test("what follows a WebSocket that is refused is a request like others", async () => {
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777";
    const next = "GET /next HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close";
    const text = await answersTo(
      port,
      `GET /x HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n\r\n${next}\r\n\r\n`,
    );
    expect(statusesIn(text)).toEqual([426, 200]);
    expect(service.seen.map(({ url }) => url)).toEqual(["/x", "/next"]);
    expect(service.seen[1]?.headers["x-forwarded-for"]).toBe("127.0.0.1");
  });
});

describe("while the service is full", () => {
  test.each([
    ["/public/a", "passes"],
    ["/probe", "passes"],
    ["/probe?x", "passes"],
    ["/probe/", "waits"],
    ["//probe", "waits"],
    ["/./probe", "waits"],
    ["/Probe", "waits"],
    ["/probe;x", "waits"],
    ["/probe%2f", "waits"],
    ["/prob%65", "waits"],
    ["/probe#x", "waits"],
    ["/public", "waits"],
    ["/public/../x", "waits"],
    ["/public/..;/x", "waits"],
    ["/public/%2e%2e/x", "waits"],
    ["/public/.%2E/x", "waits"],
    ["/public/..%2fx", "waits"],
    ["/public/..%5Cx", "waits"],
    ["/public/..\\x", "waits"],
    ["/public//x", "waits"],
    ["/public/.", "waits"],
    ["/x/../public/a", "waits"],
    ["/PUBLIC/a", "waits"],
    ["http://a/public/a", "passes"],
    ["http://a/x/public/a", "waits"],
  ])("who asks for %s %s", async (target, what) => {
    using held = await fill();
    using client = await clientOf();
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    while (service.seen.length === 2 && (await gate.status()).limiter.queued === 0);
    expect(service.seen.length).toBe(what === "passes" ? 3 : 2);
    held[Symbol.dispose]();
    expect(statusesIn(await client.closed)).toEqual([200]);
  });

  test.each([
    ["GET", "", "reset"],
    ["GET", "", "endWriting"],
    ["POST", "Content-Length: 10\r\n", "reset"],
    ["PUT", "Expect: 100-continue\r\nContent-Length: 10\r\n", "reset"],
  ] as const)("a %s whose client goes while it waits is not passed on", async (...row) => {
    const [method, fields, how] = row;
    using held = await fill();
    const client = await clientOf();
    client.send(`${method} /gone HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    await gate.until(({ limiter }) => limiter.queued === 1);
    using next = await clientOf();
    next.send("GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await gate.until(({ limiter }) => limiter.queued === 2);
    client[how]();
    await gate.until(({ limiter }) => limiter.queued === 1);
    held[Symbol.dispose]();
    await next.closed;
    expect(service.seen.map(({ url }) => url).slice(2)).toEqual(["/next"]);
  });

  test("500 clients that come and go take nothing with them", async () => {
    using _held = await fill();
    await inParallel(500, async (index) => {
      const client = await clientOf();
      client.send(`GET /${index % 3 ? "x" : "held"} HTTP/1.1\r\nHost: a\r\n\r\n`);
      client.reset();
    });
    service.releaseAll();
    await gate.settled();
    expect((await gate.status()).upstream[0]?.connections.busy).toBe(0);
  });
});

describe("a client that is slow on purpose", () => {
  test("holds no place, however it is slow, and others are served meanwhile", async () => {
    const post = "POST /x HTTP/1.1\r\nHost: a\r\n";
    const stalled = ["GET /x HT", `${post}Content-Le`, `${post}Content-Length: 5\r\n\r\nhe`];
    stalled.push(`${post}Transfer-Encoding: chunked\r\n\r\n5\r\nhe`);
    const clients = await Promise.all(stalled.map(() => clientOf()));
    for (const [index, client] of clients.entries()) client.send(stalled[index] ?? "");
    using dribbling = await clientOf();
    dribbling.send("GET /x HTTP/1.1\r\nX: ");
    while (!dribbling.isClosed) {
      dribbling.send("a");
      const answer = await fetch(`${gate.url}/meanwhile`);
      expect(answer.status).toBe(200);
    }
    const told = await Promise.all(clients.map(({ closed }) => closed));
    expect(told.map(statusesIn)).toEqual([[408], [408], [408], [408]]);
    for (const client of clients) client[Symbol.dispose]();
  });

  test("2,000 half heads keep nobody out, and are all closed", async () => {
    const clients: HostileClient[] = [];
    await inParallel(2000, async () => {
      const client = await clientOf();
      clients.push(client);
      client.send("GET / HTTP/1.1\r\nHost:");
    });
    const answer = await fetch(`${gate.url}/others`);
    expect(answer.status).toBe(200);
    const told = await Promise.all(clients.map(({ closed }) => closed));
    expect(told.filter((text) => !text.startsWith("HTTP/1.1 408 "))).toEqual([]);
    for (const client of clients) client[Symbol.dispose]();
  });

  test.each(["Content-Length: 1000000", "Transfer-Encoding: chunked"])(
    "an upload with %s that breaks off takes its request with it",
    async (framing) => {
      const client = await clientOf();
      client.send(`POST /x HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n3e8\r\n${"a".repeat(999)}`);
      await service.arrived(1);
      client.reset();
      await gate.settled();
      expect((await gate.status()).upstream[0]?.connections.busy).toBe(0);
    },
  );
});
describe("HTTP/2", () => {
  const get = [field(":method", "GET"), field(":scheme", "http"), field(":authority", "a")].join(
    "",
  );
  test.each([
    ["a line break in a value", `${get}${field(":path", "/x")}${field("x", "a\r\ny: b")}`],
    ["a line break in a name", `${get}${field(":path", "/x")}${field("x: a\r\ny", "b")}`],
    ["a colon in a name", `${get}${field(":path", "/x")}${field("x:y", "b")}`],
    ["a blank in a name", `${get}${field(":path", "/x")}${field("x ", "b")}`],
    ["capitals in a name", `${get}${field(":path", "/x")}${field("X", "b")}`],
    ["a line break in the path", `${get}${field(":path", "/x\r\ny: b")}`],
    ["a version in the path", `${get}${field(":path", "/x HTTP/1.1")}`],
    ["no path", get],
    ["two paths", `${get}${field(":path", "/x")}${field(":path", "/y")}`],
    ["chunks", `${get}${field(":path", "/x")}${field("transfer-encoding", "chunked")}`],
    ["Connection", `${get}${field(":path", "/x")}${field("connection", "upgrade")}`],
    ["a length without a body", `${get}${field(":path", "/x")}${field("content-length", "5")}`],
    ["a pseudo-field of answers", `${get}${field(":path", "/x")}${field(":status", "200")}`],
    ["a pseudo-field behind others", `${get}${field("x", "y")}${field(":path", "/x")}`],
    [
      "a method of two lines",
      `${field(":method", "GET /y HTTP/1.1\r\nx: y")}${get.slice(13)}${field(":path", "/x")}`,
    ],
  ])("a request with %s reaches no service", async (_what, block) => {
    using client = await clientOf();
    client.send(`${preface}${frame(1, 5, 1, block)}`);
    // A stream that is reset, or the connection that is closed: type 3, or 7.
    const [said] = await Promise.all([frameOf(client, [3, 7])]);
    expect(said).toBeDefined();
    expect(service.seen).toEqual([]);
  });

  test.each([
    ["resets stream after stream (CVE-2023-44487)", () => resets(0, 5000)],
    ["goes on with a head for ever (CVE-2024-27983)", () => frame(1, 1, 1, get) + floods(9, 8000)],
    ["sends frame after frame of nothing", () => floods(6, 30_000)],
    ["has a head of one field a thousand times", () => frame(1, 5, 1, get + bomb())],
  ])("who %s is cut off", async (_how, bytes) => {
    using client = await clientOf();
    client.send(preface + bytes());
    expect(await frameOf(client, [1, 3, 7])).toBeDefined();
  });

  function resets(from: number, count: number): string {
    const block = get + field(":path", "/held");
    return Array.from({ length: count }, (_, index) => {
      const id = 2 * (from + index) + 1;
      return frame(1, 5, id, block) + frame(3, 0, id, "\0\0\0\x08");
    }).join("");
  }

  const floods = (type: number, count: number): string =>
    frame(type, 0, type === 6 ? 0 : 1, type === 6 ? "12345678" : field("x", "y")).repeat(count);

  /** A field of 4000 bytes to the table, and then each byte stands for it. */
  const bomb = (): string => `\x40\x01x\x7f\xa1\x1e${"a".repeat(4000)}${"\xbe".repeat(8000)}`;
});

describe("a service that answers", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  test.each<[string, readonly string[], number, string]>([
    ["with no HTTP", ["SSH-2.0-OpenSSH_9.2\r\n"], 502, "bad_answer"],
    ["with an endless head", [ok, `X: ${"a".repeat(70_000)}\r\n`], 502, "bad_answer"],
    ["with endless fields", [ok, "X: a\r\n".repeat(5000)], 502, "bad_answer"],
    ["with endless interim heads", ["HTTP/1.1 103 X\r\n\r\n".repeat(500)], 502, "bad_answer"],
    ["with 101 unasked", ["HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"], 502, "bad_answer"],
    [
      "with a length and chunks",
      [`${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
      502,
      "bad_answer",
    ],
    ["with two lengths", [`${ok}Content-Length: 2, 3\r\n\r\nok`], 502, "bad_answer"],
    ["with a bare CR in a field", [`${ok}X: a\rSet-Cookie: b\r\n\r\n`], 502, "bad_answer"],
    ["half a head and goes", [`${ok}Content-`, "END"], 502, "reset"],
    ["nothing and goes", ["END"], 502, "reset"],
    ["nothing", [], 504, "head_timeout"],
    ["only with 103", ["HTTP/1.1 103 X\r\n\r\n"], 504, "head_timeout"],
  ])("%s is told as it is", async (_how, parts, wanted, code) => {
    service.script(parts);
    const text = await answersTo(port, "GET /raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(statusesIn(text).at(-1)).toBe(wanted);
    expect(text).toContain(`"code":"${code}"`);
  });

  test.each<[string, readonly string[]]>([
    ["less than it promised", [`${ok}Content-Length: 5\r\n\r\n`, "hel", "END"]],
    ["and stops in the midst", [`${ok}Content-Length: 5\r\n\r\n`, "hel"]],
    ["with a broken chunk", [`${ok}Transfer-Encoding: chunked\r\n\r\n`, "5\r\nhello\r\nno\r\n"]],
    ["with a chunk that ends nowhere", [`${ok}Transfer-Encoding: chunked\r\n\r\n`, "5\r\nhel"]],
  ])("%s leaves its client with an answer that is seen to be cut", async (_how, parts) => {
    service.script(parts);
    const text = await answersTo(port, "GET /raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    // It is told 502 as long as nothing has been sent to it.
    const isWhole = text.startsWith("HTTP/1.1 200 ") && /\r\n(?:hello|0\r\n\r\n)$/.test(text);
    expect([text.slice(0, 9), isWhole]).toEqual(["HTTP/1.1 ", false]);
  });

  test("two at once has the second one read by nobody", async () => {
    const answer = `${ok}Content-Length: 2\r\n\r\n`;
    service.script([`${answer}ok${answer}no`]);
    const asked = ["/raw", "/x", "/y"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n`);
    const text = await answersTo(port, `${asked.join("\r\n")}Connection: close\r\n\r\n`);
    expect(statusesIn(text)).toEqual([200, 200, 200]);
    expect(text).not.toContain("\r\n\r\nno");
  });

  test.each([
    ["GET", 2],
    ["POST", 1],
  ])("by hanging up on a kept connection gets a %s %i times", async (method, times) => {
    service.script(["END"]);
    const fields = "Host: a\r\nContent-Length: 0\r\nConnection: close";
    const text = await answersTo(port, `${method} /raw HTTP/1.1\r\n${fields}\r\n\r\n`);
    expect([statusesIn(text), service.seen.length]).toEqual([[502], times]);
  });
});

test("bytes of any kind do not stop it", async () => {
  const pieces = fc.constantFrom(
    ...[
      "GET / HTTP/1.1\r\n",
      "Host: a\r\n",
      "\r\n",
      "\r\n\r\n",
      "\n",
      "\r",
      "\0",
      " ",
      ":",
      "\xff",
    ],
    ...["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", "0\r\n\r\n"],
    ...["Connection: upgrade\r\nUpgrade: websocket\r\n", "Expect: 100-continue\r\n", "-1", "*"],
    ...["POST /x HTTP/1.0\r\n", preface, frame(1, 5, 1, field(":method", "GET")), "\x16\x03\x01"],
  );
  const noise = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.from(bytes).toString("latin1"));
  const message = fc.array(fc.oneof(pieces, noise), { maxLength: 12 }).map((all) => all.join(""));
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 50, maxLength: 50 }), async (messages) => {
      const clients = await Promise.all(messages.map(() => clientOf()));
      for (const [index, client] of clients.entries()) {
        client.send(messages[index] ?? "");
        client.endWriting();
      }
      const texts = await Promise.all(clients.map(({ closed }) => closed));
      for (const text of texts) expect(text).not.toMatch(/HTTP\/1\.1 500 /);
      for (const client of clients) client[Symbol.dispose]();
    }),
    { numRuns: 10 },
  );
});

test("a rate is for clients, whatever they call themselves", async () => {
  const rate = ["--rate", "3/h", "--rate-burst", "3", "--trust-proxy", "192.0.2.1"];
  const { url, stop } = await gateUnderAttack(rate, service.port);
  const names = (index: number) => ({
    "x-forwarded-for": `10.0.0.${index}`,
    forwarded: `for=10.0.0.${index}`,
    "x-real-ip": `10.0.0.${index}`,
    "x-api-key": `key-${index}`,
    authorization: `Bearer ${index}`,
    cookie: `id=${index}`,
    "user-agent": `agent ${index}`,
  });
  const paths = ["/a", "/b", "/health", "//health", "/live", "/ready", "/c?d", "/health"];
  const statuses: number[] = [];
  for (const [index, path] of paths.entries()) {
    const method = index % 2 ? "HEAD" : "GET";
    statuses.push((await fetch(url + path, { method, headers: names(index) })).status);
  }
  await stop();
  expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
});

// What attacks are made of.

const clientOf = (): Promise<HostileClient> => hostileClient(port);

/** Two requests that are not answered before the service lets them go: all that there may be. */
async function fill(): Promise<Disposable> {
  const clients = await Promise.all([clientOf(), clientOf()]);
  for (const client of clients) client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  await service.arrived(2);
  return {
    [Symbol.dispose]: () => {
      service.releaseAll();
      for (const client of clients) client.reset();
    },
  };
}
