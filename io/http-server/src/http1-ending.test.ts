import { expect, test } from "bun:test";
import type { Handler } from "./exchange.ts";
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

test.each<[string, string, Handler, number, "open" | "ended", string]>([
  ["has asked nothing is closed", "", answerTarget, 11, "ended", ""],
  ["was answered is closed", get("/"), answerTarget, 11, "ended", "200"],
  ["is younger than the limit stays", get("/"), answerTarget, 9, "open", "200"],
  ["sends half a head is told 408", "GET / HT", answerTarget, 11, "ended", "408"],
  ["sends half a body is told 408", post("/", "hello").slice(0, -1), echoBody, 11, "ended", "408"],
  ["awaits its answer stays", get("/"), () => {}, 100, "open", ""],
])("a quiet connection that %s", (_what, request, handler, seconds, state, status) => {
  const { connection, transport, send } = connectHttp1(handler);
  request === "" || send(request);
  sweepFor(connection, seconds);
  expect(transport.state).toBe(state);
  expect(transport.text.slice(9, 12)).toBe(status);
});

test("a head that comes byte by byte is told 408 as well", () => {
  const { connection, transport, send } = connectHttp1(answerTarget);
  for (let second = 0; second <= 12; second += 1) {
    send(second === 0 ? "GET / HTTP/1.1\r\nX: " : "y");
    connection.sweep(second * 1000);
  }
  expect(transport.text.slice(9, 12)).toBe("408");
  expect(transport.state).toBe("ended");
});

test("a client that asks again and again is not taken for one that does not get to an end", () => {
  const { connection, transport, send } = connectHttp1(answerTarget);
  for (let second = 0; second <= 30; second += 1) {
    // At each sweep half a head has come, but never the same.
    send(second === 0 ? "GET / HT" : `${get("/").slice(8)}GET / HT`);
    connection.sweep(second * 1000);
  }
  expect(transport.state).toBe("open");
});

test("at the end idle connections close at once, others with their answer", () => {
  const { exchanges, handler } = collectExchanges();
  const idle = connectHttp1(answerTarget);
  const busy = connectHttp1(handler);
  busy.send(get("/"));
  for (const { context, connection } of [idle, busy]) {
    context.isStopping = true;
    connection.announceStop();
    connection.finish();
  }
  expect([idle.transport.state, busy.transport.state]).toEqual(["ended", "open"]);
  exchanges[0]?.respond({ status: 200, body: "ok" });
  expect(busy.transport.text).toContain("\r\nConnection: close\r\n");
  expect(busy.transport.state).toBe("ended");
});

test("while the server stops, every answer asks to close", () => {
  const { context, transport, send } = connectHttp1(answerTarget);
  context.isStopping = true;
  send(get("/1") + get("/2"));
  expect(answersIn(transport.text)).toEqual(["200 /1"]);
  expect(transport.text).toContain("\r\nConnection: close\r\n");
  expect(transport.state).toBe("ended");
});
