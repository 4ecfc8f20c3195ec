import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:http2";
import {
  type Handler,
  type RunningHttpServer,
  refuse,
  router,
  serveHttp,
} from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";
import { fault } from "../../handlers/faults.ts";
import { seededRandom } from "../random.ts";
import { shaped } from "../shaped.ts";

/** What a client gets to see on a bare connection, of the real server. */

let server: RunningHttpServer;
const errors: unknown[] = [];

beforeAll(() => {
  const tools = { clock: systemClock(), random: seededRandom(7) };
  const upload: Handler = (exchange) => {
    let bytes = 0;
    exchange.readBody({
      onData: ({ length }) => {
        bytes += length;
      },
      onEnd: () => exchange.respond({ status: 200, body: `got ${bytes}` }),
      onAbort: () => {},
    });
  };
  const routes = {
    "/fault/:kind": fault(tools),
    "/hello": ((exchange) => exchange.respond({ status: 200, body: "hello" })) as Handler,
    "/upload": upload,
  };
  const fallback: Handler = (exchange) => refuse(exchange, 404, "no such path");
  server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    clock: tools.clock,
    handler: shaped(router({ routes, fallback }), {
      ...tools,
      defaults: {},
      ownDelay: new Set<string>(),
    }),
    onError: (error) => errors.push(error),
    limits: {
      maxHeadBytes: 65_536,
      maxHeaders: 100,
      maxBodyBytes: 2 ** 30,
      maxConnections: 100,
      maxStreams: 100,
      idleTimeoutMs: 10_000,
      maxUnsentBytes: 2 ** 22,
    },
  });
});

afterAll(async () => {
  await server.stop({ graceMs: 0 });
  expect(errors).toEqual([]);
});

const body = "0123456789abcdefghij";
const chunkedEnd = "no-number\r\n";

test.each<[target: string, ends: "closed" | "reset", head: RegExp, body: string]>([
  ["/fault/reset", "reset", /^$/, ""],
  ["/fault/close", "closed", /^$/, ""],
  ["/fault/truncate?size=20", "closed", /Content-Length: 20/i, body.slice(0, 10)],
  ["/fault/truncate?size=20&at=0", "closed", /Content-Length: 20/i, ""],
  ["/fault/truncate?size=20&at=7&how=reset", "reset", /Content-Length: 20/i, body.slice(0, 7)],
  ["/fault/wrong-length?size=20", "closed", /Content-Length: 30/i, body],
  ["/fault/wrong-length?size=20&by=-5", "closed", /Content-Length: 15/i, body],
  ["/fault/duplicate-length?size=20", "closed", /Length: 20\r\nContent-Length: 21/i, body],
  [
    "/fault/bad-chunk?size=20&at=5",
    "closed",
    /Transfer-Encoding: chunked/i,
    `5\r\n01234\r\n${chunkedEnd}`,
  ],
  ["/fault/slow-headers?size=20&interval=1", "closed", /Content-Length: 20/i, body],
  ["/fault/stall?size=20&for=20&end=close", "closed", /Content-Length: 20/i, body.slice(0, 10)],
  ["/fault/stall?size=20&for=20&end=reset", "reset", /Content-Length: 20/i, body.slice(0, 10)],
  ["/hello?fault=truncate(at=2)", "closed", /Content-Length: 5/i, "he"],
  ["/hello?fault=wrong-length(by=1)&delay=5", "closed", /Content-Length: 6/i, "hello"],
  ["/hello?fault=bad-chunk(at=2)&bandwidth=1K", "closed", /chunked/, `2\r\nhe\r\n${chunkedEnd}`],
  ["/hello?fault=reset&delay=5", "reset", /^$/, ""],
])("GET %s: the connection is %s", async (target, ends, head, wanted) => {
  const answer = await ask(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  expect(answer.ends).toBe(ends);
  expect(answer.head).toMatch(head);
  expect(answer.body).toBe(wanted);
});

test("garbage is no HTTP, and then the connection is closed", async () => {
  const answer = await ask("GET /fault/garbage?bytes=5000 HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(answer.ends).toBe("closed");
  expect(answer.all).toHaveLength(5000);
  expect(answer.all).not.toStartWith("HTTP");
});

test("an early answer is there before the body that it does not wait for", async () => {
  const head = "POST /fault/early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
  const answer = await ask(`${head}only a part`);
  expect(answer.head).toStartWith("HTTP/1.1 413 ");
  expect(answer.body).toContain("413 was injected");
});

test.each([
  "/fault/huge-headers?bytes=200K&size=20",
  "/fault/drip?size=20&duration=20",
  "/fault/stall?size=20&for=20",
])("after %s the connection goes on", async (target) => {
  const next = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const answer = await ask(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n${next}`);
  expect(answer.ends).toBe("closed");
  expect(answer.body).toStartWith(`${body}HTTP/1.1 200 OK\r\n`);
  expect(answer.body).toEndWith("hello");
});

test("huge headers are as huge as they should be", async () => {
  const request =
    "GET /fault/huge-headers?bytes=200K HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const { head } = await ask(request);
  expect(head.length).toBeWithin(204_800, 210_000);
});

test("a fault spoils the answer of a handler that has read a body", async () => {
  const target = "/upload?fault=wrong-length(by=3)";
  const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n`;
  const answer = await ask(head, "some body");
  expect(answer.ends).toBe("closed");
  expect(answer.head).toMatch(/Content-Length: 8\r\n/i);
  expect(answer.body).toBe("got 9");
});

test("a fault that only HTTP/1.1 has is refused in HTTP/1.0", async () => {
  const answer = await ask("GET /fault/garbage HTTP/1.0\r\n\r\n");
  expect(answer.head).toStartWith("HTTP/1.1 501 ");
  expect(answer.head).toMatch(/x-bw-injected: fault=garbage/i);
});

test.each([
  ["/fault/reset", { status: 0, isReset: true, body: "" }],
  ["/fault/truncate?size=20", { status: 200, isReset: true, body: body.slice(0, 10) }],
  ["/fault/stall?size=20&for=20", { status: 200, isReset: false, body }],
  ["/fault/drip?size=20&duration=20", { status: 200, isReset: false, body }],
  ["/fault/huge-headers?bytes=40K&size=20", { status: 200, isReset: false, body }],
  ["/hello?error=503:1", { status: 503, isReset: false, body: expect.stringContaining("503") }],
  ["/fault/garbage", { status: 501, isReset: false, body: expect.stringContaining("HTTP/2.0") }],
])("over HTTP/2, GET %s spoils its own stream alone", async (target, wanted) => {
  const session = connect(`http://127.0.0.1:${server.port}`, {
    maxHeaderListPairs: 1000,
    settings: { maxHeaderListSize: 2 ** 20 },
  });
  const [spoilt, other] = await Promise.all([get(target), get("/hello")]);
  session.close();
  expect(spoilt).toEqual(wanted);
  expect(other).toEqual({ status: 200, isReset: false, body: "hello" });

  async function get(path: string): Promise<{ status: number; isReset: boolean; body: string }> {
    const answer = { status: 0, isReset: false, body: "" };
    const { promise, resolve } = Promise.withResolvers<void>();
    session
      .request({ ":path": path })
      .on("response", (head) => {
        answer.status = head[":status"] ?? 0;
      })
      .on("data", (bytes: Uint8Array) => {
        answer.body += Buffer.from(bytes).toString();
      })
      .on("error", () => {
        answer.isReset = true;
      })
      .on("close", resolve);
    await promise;
    return answer;
  }
});

interface RawAnswer {
  readonly all: string;
  readonly head: string;
  readonly body: string;
  /** By FIN, or by RST. */
  readonly ends: "closed" | "reset";
}

/** Sends these, each for itself, and takes what comes until the end of the connection. */
async function ask(...requests: readonly string[]): Promise<RawAnswer> {
  let all = "";
  const ended = Promise.withResolvers<RawAnswer["ends"]>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      data: (_socket, bytes) => {
        all += bytes.toString("latin1");
      },
      // Bun tells of a RST here.
      close: (_socket, error?: Error) => ended.resolve(error === undefined ? "closed" : "reset"),
    },
  });
  for (const request of requests) socket.write(request);
  const ends = await ended.promise;
  const headEnd = all.indexOf("\r\n\r\n");
  return {
    all,
    head: all.slice(0, headEnd + 2),
    body: headEnd < 0 ? "" : all.slice(headEnd + 4),
    ends,
  };
}
