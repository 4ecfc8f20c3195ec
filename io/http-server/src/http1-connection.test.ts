import { expect, test } from "bun:test";
import fc from "fast-check";
import type { AnswerBody, Exchange, Handler, Wire } from "./exchange.ts";
import { PreparedAnswer } from "./prepared-answer.ts";
import {
  answersIn,
  answerTarget,
  collectExchanges,
  connectHttp1,
  echoBody,
  get,
  post,
  sweepFor,
} from "./testing/connect-http1.ts";

test("an answer has a status line, a date and a length, and leaves in one write", () => {
  const { transport, send, context } = connectHttp1((exchange) =>
    exchange.respond({ status: 404, fields: [["X-A", "é"]], body: "no\u00e9" }),
  );
  send(get("/"));
  expect(transport.text).toMatch(
    /^HTTP\/1\.1 404 Not Found\r\nX-A: é\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\nContent-Length: 4\r\n\r\nnoÃ©$/,
  );
  expect(transport.writes.length).toBeLessThanOrEqual(1);
  expect(context.records).toMatchObject([
    { status: 404, method: "GET", target: "/", bodyBytes: 4, isAborted: false },
  ]);
});

test("requests that come together are answered in order, in one write", () => {
  const { transport, send } = connectHttp1(answerTarget);
  send(get("/1") + get("/2") + get("/3"));
  expect(answersIn(transport.text)).toEqual(["200 /1", "200 /2", "200 /3"]);
  expect(transport.writes).toHaveLength(1);
});

test("however requests are cut, the answers are the same", () => {
  const stream = get("/1") + post("/2", "hello") + get("/3");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
      const { transport, send } = connectHttp1(answerTarget);
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      for (const [index, place] of places.entries()) {
        const piece = stream.slice(place, places[index + 1]);
        piece === "" || send(piece);
      }
      expect(answersIn(transport.text)).toEqual(["200 /1", "200 /2", "200 /3"]);
    }),
  );
});

test("a request waits until the one before it is answered", () => {
  const { exchanges, handler } = collectExchanges();
  const { transport, send } = connectHttp1(handler);
  send(get("/1") + get("/2"));
  expect(exchanges.map(({ request }) => request.path)).toEqual(["/1"]);
  exchanges[0]?.respond({ status: 200, body: "one" });
  expect(exchanges.map(({ request }) => request.path)).toEqual(["/1", "/2"]);
  exchanges[1]?.respond({ status: 200, body: "two" });
  expect(answersIn(transport.text)).toEqual(["200 one", "200 two"]);
});

test("a client that sends far ahead is not read any more until its turn", () => {
  const { exchanges, handler } = collectExchanges();
  const { transport, send } = connectHttp1(handler);
  send(get("/1") + get("/2").repeat(5000));
  expect(transport.isPaused).toBe(true);
  exchanges[0]?.respond({ status: 200 });
  expect(exchanges).toHaveLength(2);
});

test.each([
  ["GET / HTTP/1.0\r\n\r\n", "Connection: close"],
  ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive"],
  [get("/", "Connection: close\r\n"), "Connection: close"],
])("%j is answered with %s", (request, field) => {
  const { transport, send } = connectHttp1(answerTarget);
  send(request);
  expect(transport.text).toContain(`\r\n${field}\r\n`);
  expect(transport.state).toBe(field.endsWith("close") ? "ended" : "open");
});

test.each([
  ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, "Content-Length: 5"],
  [get("/"), 204, undefined],
  [get("/"), 304, undefined],
])("%j with the status %d has no body", (request, status, length) => {
  const { transport, send } = connectHttp1((exchange) =>
    exchange.respond({ status, body: "hello" }),
  );
  send(request);
  expect(transport.text).toEndWith("\r\n\r\n");
  expect(/Content-Length: \d+/.exec(transport.text)?.[0]).toBe(length);
});

test("a prepared answer is the same as any other, but where it cannot be", () => {
  const prepared = new PreparedAnswer({ status: 200, fields: [["A", "b"]], body: "hello" });
  const { transport, send } = connectHttp1((exchange) => exchange.respond(prepared));
  send(get("/"));
  send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  send(get("/", "Connection: close\r\n"));
  const [one, head, last] = transport.text.split(/(?=HTTP\/1\.1)/);
  expect(one).toEndWith("Content-Length: 5\r\n\r\nhello");
  expect(head).toEndWith("Content-Length: 5\r\n\r\n");
  expect(last).toEndWith("Content-Length: 5\r\nConnection: close\r\n\r\nhello");
});

test("a body of known length goes out as it is, one of unknown length in chunks", () => {
  const { transport, send } = connectHttp1((exchange) => {
    const contentLength = exchange.request.path === "/known" ? 10 : undefined;
    const body = exchange.begin({ status: 200, contentLength });
    body.write(Buffer.from("hello"));
    body.write(Buffer.from("world"));
    body.end([["X-Sum", "1"]]);
  });
  send(get("/known"));
  send(get("/unknown"));
  const [known, unknown] = transport.text.split(/(?=HTTP\/1\.1)/);
  expect(known).toEndWith("Content-Length: 10\r\n\r\nhelloworld");
  expect(unknown).toEndWith(
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\nX-Sum: 1\r\n\r\n",
  );
});

test("to HTTP/1.0 a body of unknown length ends with the connection", () => {
  const { transport, send } = connectHttp1((exchange) => {
    const body = exchange.begin({ status: 200 });
    body.write(Buffer.from("hello"));
    body.end();
  });
  send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  expect(transport.text).toEndWith("Connection: close\r\n\r\nhello");
  expect(transport.state).toBe("ended");
});

test("a body that ends too soon is cut, so that nobody takes it for whole", () => {
  const { transport, send, context } = connectHttp1((exchange) => {
    const body = exchange.begin({ status: 200, contentLength: 10 });
    body.write(Buffer.from("hello"));
    body.end();
  });
  send(get("/") + get("/"));
  expect(transport.state).toBe("ended");
  expect(transport.text).toEndWith("\r\n\r\nhello");
  expect(context.records).toMatchObject([{ isAborted: true }]);
});

test("a handler that writes more than it announced has made a mistake", () => {
  const { transport, send, context } = connectHttp1((exchange) => {
    exchange.begin({ status: 200, contentLength: 1 }).write(Buffer.from("hello"));
  });
  send(get("/"));
  expect(context.errors).toEqual([expect.objectContaining({ message: expect.any(String) })]);
  expect(transport.state).toBe("reset");
});

test("a slow client holds its answer back, and the requests after it", () => {
  let body: AnswerBody | undefined;
  let drained = 0;
  const { transport, send, connection, context } = connectHttp1((exchange) => {
    body = exchange.begin({ status: 200, contentLength: 20_000 });
    body.onDrain(() => {
      drained += 1;
    });
  });
  send(get("/"));
  transport.isFull = true;
  expect(body?.write(new Uint8Array(20_000))).toBe(false);
  transport.drain(connection);
  expect(drained).toBe(1);
  transport.isFull = true;
  transport.unsentBytes = 5;
  body?.end();
  expect(context.records).toEqual([]);
  transport.drain(connection);
  expect(context.records).toHaveLength(1);
});

test("a handler that does not wait for a slow client is cut off", () => {
  const { transport, send } = connectHttp1(
    (exchange) => {
      const body = exchange.begin({ status: 200 });
      transport.isFull = true;
      for (let count = 0; count < 4; count += 1) body.write(new Uint8Array(100_000));
    },
    { maxUnsentBytes: 150_000 },
  );
  send(get("/"));
  expect(transport.state).toBe("reset");
});

const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

test.each([
  [post("/", "hello"), "hello|"],
  [get("/"), "|"],
  [post("/", ""), "|"],
  [`${chunked}5\r\nhello\r\n0\r\nX-A: b\r\n\r\n`, "hello|X-A,b"],
])("a body is read to its end: %j", (request, want) => {
  const { transport, send } = connectHttp1(echoBody);
  send(request + get("/"));
  expect(answersIn(transport.text)).toEqual([`200 ${want}`, "200 |"]);
});

test("a body that is read later has lost nothing", () => {
  const { exchanges, handler } = collectExchanges();
  const { transport, send } = connectHttp1(handler);
  send(post("/", "hello").slice(0, -3));
  send("llo");
  void echoBody(exchanges[0]!);
  expect(answersIn(transport.text)).toEqual(["200 hello|"]);
});

test("a client that wants to be asked for its body is, when somebody reads it", () => {
  const { exchanges, handler } = collectExchanges();
  const { transport, send } = connectHttp1(handler);
  send(post("/", "", "Expect: 100-continue\r\n").replace("Length: 0", "Length: 5"));
  expect(transport.text).toBe("");
  void echoBody(exchanges[0]!);
  expect(transport.text).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  send("hello");
  expect(transport.text).toEndWith("hello|");
});

test.each([
  ["is short: the next request follows", post("/", "hello"), "open"],
  ["is long: the connection closes", `${post("/", "")}`.replace(" 0", " 300000"), "ended"],
  [
    "was not asked for: the connection closes",
    post("/", "", "Expect: 100-continue\r\n").replace(" 0", " 5"),
    "ended",
  ],
])("a body that nobody reads %s", (_what, request, state) => {
  const { transport, send } = connectHttp1(answerTarget);
  send(request);
  expect(transport.state).toBe(state as "open");
  expect(transport.text.includes("Connection: close")).toBe(state === "ended");
});

test("a client that goes away in the middle of its body is told to the reader", () => {
  const log: string[] = [];
  const { connection, send, context } = connectHttp1((exchange) => {
    exchange.onAbort(() => log.push("gone"));
    exchange.readBody({
      onData: () => log.push("data"),
      onEnd: () => log.push("end"),
      onAbort: () => log.push("abort"),
    });
  });
  send(post("/", "hello").slice(0, -1));
  connection.onClose();
  expect(log.toSorted()).toEqual(["abort", "data", "gone"]);
  expect(context).toMatchObject({ inFlight: 0, records: [{ isAborted: true, status: 0 }] });
});

test("a client that has ended its side still gets its answer", () => {
  const { exchanges, handler } = collectExchanges();
  const { transport, send, connection } = connectHttp1(handler);
  send(get("/"));
  connection.onEnd();
  expect(transport.state).toBe("open");
  exchanges[0]?.respond({ status: 200, body: "late" });
  expect(answersIn(transport.text)).toEqual(["200 late"]);
  expect(transport.state).toBe("ended");
});

test.each(["GET / HT", get("/").slice(0, -2), post("/", "hello").slice(0, -1)])(
  "a client that ends its side in the middle of a request is told: %j",
  (request) => {
    const { transport, send, connection } = connectHttp1(echoBody);
    send(request);
    connection.onEnd();
    expect(transport.text).toStartWith("HTTP/1.1 400 Bad Request\r\n");
    expect(transport.state).toBe("ended");
  },
);

test("what comes before the answer is sent before it", () => {
  const { transport, send } = connectHttp1((exchange) => {
    expect(exchange.interim(103, [["Link", "</a>"]])).toBe(true);
    exchange.respond({ status: 200, body: "ok" });
  });
  send(get("/"));
  expect(transport.text).toStartWith(
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK",
  );
});

test.each<[string, Handler, string, "open" | "reset"]>([
  [
    "throws",
    () => {
      throw new Error("oh");
    },
    "500",
    "open",
  ],
  ["rejects", () => Promise.reject(new Error("oh")), "500", "open"],
  [
    "throws after it has begun",
    (exchange) => {
      exchange.begin({ status: 200 });
      throw new Error("oh");
    },
    "200",
    "reset",
  ],
])("a handler that %s is told, and its client", async (_what, handler, status, state) => {
  const { transport, send, context } = connectHttp1(handler);
  send(get("/"));
  await Promise.resolve();
  await Promise.resolve();
  expect(context.errors).toMatchObject([{ message: "oh" }]);
  expect(transport.text.slice(9, 12)).toBe(status);
  expect(transport.state).toBe(state);
});

test.each([
  ["GET / HTTP/3.0\r\n\r\n", 505],
  ["GET /\r\n\r\n", 400],
  [get("/").replace("Host: a", "Host : a"), 400],
  [post("/", "hello").replace("5", "-5"), 400],
  [`${chunked}zz\r\n`, 400],
  [get("/", `X: ${"y".repeat(70_000)}\r\n`), 431],
  [post("/", "").replace(" 0", " 99999999999"), 413],
])("%j is refused with %d, and the connection closes", (request, status) => {
  const { transport, send, context } = connectHttp1(echoBody);
  send(request);
  expect(transport.text).toStartWith(`HTTP/1.1 ${status} `);
  expect(transport.text).toContain("\r\nConnection: close\r\n");
  expect(JSON.parse(transport.text.split("\r\n\r\n")[1] ?? "")).toEqual({
    error: expect.stringContaining("Cannot "),
  });
  expect(transport.state).toBe("ended");
  expect(context.records).toMatchObject([{ status }]);
});

test("whoever takes the connection over has all bytes after the head, and its end", () => {
  const log: string[] = [];
  let wire: Wire | undefined;
  const { transport, send, connection, context } = connectHttp1((exchange) => {
    wire = exchange.takeOver({
      onData: (bytes) => log.push(Buffer.from(bytes).toString()),
      onClose: () => log.push("closed"),
      onStop: () => log.push("stop"),
    });
    wire?.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  });
  send(`${get("/", "Upgrade: x\r\nConnection: upgrade\r\n")}hello`);
  send("world");
  connection.announceStop();
  wire?.write(Buffer.from("bye"));
  wire?.end();
  connection.onClose();
  expect(log).toEqual(["hello", "world", "stop", "closed"]);
  expect(transport.text).toBe("HTTP/1.1 101 Switching Protocols\r\n\r\nbye");
  expect(transport.state).toBe("ended");
  expect(context).toMatchObject({ inFlight: 0, records: [{ status: 101 }] });
});

test("HTTP/1.0 cannot be taken over", () => {
  const { send, transport } = connectHttp1((exchange) => {
    const wire = exchange.takeOver({ onData: () => {}, onClose: () => {} });
    exchange.respond({ status: 200, body: String(wire) });
  });
  send("GET / HTTP/1.0\r\n\r\n");
  expect(answersIn(transport.text)).toEqual(["200 undefined"]);
});

test("a large body is announced to the transport", () => {
  const { transport, send } = connectHttp1(echoBody);
  send(post("/", "").replace(" 0", " 2000000"));
  expect(transport.expectedBytes).toBe(2_000_000);
});

test("a reader that is behind has the client slowed down", () => {
  let text = "";
  let exchange: Exchange | undefined;
  const { transport, send, connection } = connectHttp1((given) => {
    exchange = given;
    given.readBody({
      onData: (bytes) => {
        text += Buffer.from(bytes).toString();
        given.pauseBody();
      },
      onEnd: () => given.respond({ status: 200, body: text }),
      onAbort: () => {},
    });
  });
  send(post("/", "helloworld").slice(0, -5));
  expect(transport.isPaused).toBe(true);
  // Was on its way already.
  send("world");
  sweepFor(connection, 100);
  expect(text).toBe("hello");
  exchange?.resumeBody();
  expect(text).toBe("helloworld");
  expect(answersIn(transport.text)).toEqual(["200 helloworld"]);
  expect(transport.isPaused).toBe(false);
});

test("whoever has taken over and listens for it may go on after the client's end", () => {
  let wire: Wire | undefined;
  const log: string[] = [];
  const { transport, send, connection } = connectHttp1((exchange) => {
    const reader = { onData: () => {}, onClose: () => {}, onEnd: () => log.push("end") };
    wire = exchange.takeOver(reader);
  });
  send(get("/"));
  connection.onEnd();
  wire?.write("later");
  expect(log).toEqual(["end"]);
  expect(transport.text).toBe("later");
  expect(transport.state).toBe("open");
});
