import { describe, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { exchangeOf, fetchHandler } from "./fetch-handler.ts";
import type { RunningHttpServer } from "./http-server.ts";
import { serveHttp } from "./serve-http.ts";
import { type FakeExchange, type FakeRequest, fakeExchange, rawClient } from "./testing/index.ts";

type Fetch = Parameters<typeof fetchHandler>[0];

const handlerOf = (fetch: Fetch) => fetchHandler(fetch, { maxQueuedBytes: 100_000 });

/** The exchange after the function has answered it. */
async function answered(fetch: Fetch, request: FakeRequest = {}): Promise<FakeExchange> {
  const exchange = fakeExchange(request);
  await handlerOf(fetch)(exchange);
  return exchange;
}

async function failed(fetch: Fetch): Promise<readonly [FakeExchange, unknown]> {
  const exchange = fakeExchange();
  const error = await Promise.resolve(handlerOf(fetch)(exchange)).catch((reason) => reason);
  return [exchange, error];
}

/** A body of these parts, each only when it is asked for, that then ends or fails. */
const streamOf = (parts: readonly unknown[], error?: Error): ReadableStream => {
  const left = [...parts];
  return new ReadableStream(
    {
      async pull(stream) {
        // Later than a body that is at hand.
        await new Promise(setImmediate);
        if (left.length > 0) stream.enqueue(left.shift());
        else if (error !== undefined) stream.error(error);
        else stream.close();
      },
    },
    { highWaterMark: 0 },
  );
};

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("the Request", () => {
  test.each<[string, FakeRequest, string]>([
    ["its Host", { target: "/a?b=1", headers: [["Host", "h:81"]] }, "http://h:81/a?b=1"],
    ["localhost without one", { target: "/" }, "http://localhost/"],
    ["a path for OPTIONS *", { method: "OPTIONS", target: "*" }, "http://localhost/*"],
    ["a path of two slashes", { target: "//evil/x" }, "http://localhost//evil/x"],
  ])("has a URL with %s", async (_, request, url) => {
    const exchange = await answered((asked) => new Response(asked.url), request);
    expect(exchange.text()).toBe(url);
  });

  test.each(["a b", "user@h", "h/path", "h?x", "h:port"])("the Host %j is a 400", async (host) => {
    const exchange = await answered(() => new Response(), { headers: [["Host", host]] });
    expect(exchange.answer.head?.status).toBe(400);
    const { error } = JSON.parse(exchange.text());
    expect(error).toContain(`Cannot read the Host ${JSON.stringify(host)}`);
  });

  test("has the method, and each header", async () => {
    const headers = [
      ["X-One", "1"],
      ["x-two", "a"],
      ["X-Two", "b"],
      ["cookie", "a=1"],
      ["cookie", "b=2"],
    ] as const;
    const exchange = await answered(
      ({ method, headers: got }) => Response.json([method, Object.fromEntries(got)]),
      { method: "PURGE", headers },
    );
    const want = ["PURGE", { "x-one": "1", "x-two": "a, b", cookie: "a=1; b=2" }];
    expect(JSON.parse(exchange.text())).toEqual(want);
  });

  test("has the body, however it came", async () => {
    const body = ["one ", "and ", "two"].map(bytes);
    const exchange = await answered(async (request) => new Response(await request.text()), {
      body,
    });
    expect(exchange.text()).toBe("one and two");
  });

  test("a body is only asked for when it is read", async () => {
    const exchange = fakeExchange({ body: "x" });
    let asked = 0;
    exchange.readBody = () => {
      asked += 1;
    };
    await handlerOf((request) => new Response(String(request.body !== null)))(exchange);
    expect([exchange.text(), asked]).toEqual(["true", 0]);
  });

  test("a body that stops coming fails the read", async () => {
    const exchange = fakeExchange({ body: "x" });
    exchange.readBody = (reader) => {
      reader.onData(bytes("x"));
      reader.onAbort();
    };
    const read = (request: Request) => request.text().then(String, String);
    await handlerOf(async (request) => new Response(await read(request)))(exchange);
    expect(exchange.text()).toContain("it did not come");
  });

  test("a client that sends faster than it is read is held up, then refused", async () => {
    const exchange = fakeExchange({ body: "x" });
    const log: string[] = [];
    exchange.pauseBody = () => log.push("pause");
    exchange.resumeBody = () => log.push("resume");
    exchange.readBody = (reader) => {
      for (let part = 0; part < 6; part += 1) reader.onData(new Uint8Array(40_000));
      log.push("sent");
    };
    const read = (request: Request) => request.text().then(String, String);
    await handlerOf(async (request) => new Response(await read(request)))(exchange);
    expect(log).toEqual(["pause", "resume", "sent"]);
    expect(exchange.text()).toContain("more than 100000 bytes wait for their reader");
  });

  test("who is slow to read gets it all when the client can be held up", async () => {
    const exchange = fakeExchange({ body: "x" });
    let left = 20;
    let isPaused = false;
    let more = (): void => {};
    exchange.pauseBody = () => {
      isPaused = true;
    };
    exchange.resumeBody = () => {
      isPaused = false;
      queueMicrotask(more);
    };
    exchange.readBody = (reader) => {
      more = () => {
        for (; left > 0 && !isPaused; left -= 1) reader.onData(new Uint8Array(40_000));
        if (left === 0) reader.onEnd([]);
      };
      more();
    };
    const count = async (request: Request) => (await request.bytes()).length;
    await handlerOf(async (request) => new Response(String(await count(request))))(exchange);
    expect(exchange.text()).toBe("800000");
  });

  test("is known by its exchange", async () => {
    const source = (request: Request) => exchangeOf(request)?.connection.source;
    const exchange = await answered((request) => new Response(source(request)));
    expect(exchange.text()).toBe("192.0.2.7:40312");
    expect(exchangeOf(new Request("http://h/"))).toBeUndefined();
  });

  test("its signal is aborted when the client goes", async () => {
    const exchange = fakeExchange();
    const seen = Promise.withResolvers<string>();
    const done = handlerOf((request) => {
      request.signal.addEventListener("abort", () => seen.resolve("aborted"));
      exchange.goAway();
      return new Response(streamOf(["never"]));
    })(exchange);
    expect(await seen.promise).toBe("aborted");
    await done;
    expect(exchange.answer.parts).toEqual([]);
  });
});

describe("the Response", () => {
  test("keeps status, reason, headers and each cookie; a text has its length", async () => {
    const headers: [string, string][] = [
      ["x-a", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["connection", "close"],
      ["transfer-encoding", "chunked"],
    ];
    const options = { status: 201, statusText: "Made", headers };
    const { answer } = await answered(() => new Response("text", options));
    expect(answer.head).toMatchObject({ status: 201, reason: "Made", contentLength: 4 });
    expect(answer.head?.fields).toEqual([
      ["x-a", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
  });

  test("a stream goes out in chunks as it comes, and texts in it as UTF-8", async () => {
    const exchange = await answered(() => new Response(streamOf([bytes("a"), "ü", bytes("c")])));
    expect(exchange.answer.head?.contentLength).toBeUndefined();
    expect(exchange.answer.parts.length).toBe(3);
    expect(exchange.text()).toBe("aüc");
    expect(exchange.answer.state).toBe("complete");
  });

  test("a stream of a known length keeps it", async () => {
    const headers = { "content-length": "3" };
    const { answer } = await answered(() => new Response(streamOf(["ab", "c"]), { headers }));
    expect([answer.head?.contentLength, answer.state]).toEqual([3, "complete"]);
  });

  test.each([
    ["longer", "2", ["ab", "c"], "more than the Content-Length 2"],
    ["shorter", "4", ["ab", "c"], "1 bytes before the Content-Length 4"],
  ])("a stream that is %s than its length is cut", async (_, length, parts, message) => {
    const headers = { "content-length": length };
    const [exchange, error] = await failed(() => new Response(streamOf(parts), { headers }));
    expect(exchange.answer.state).toBe("aborted");
    expect(String(error)).toContain(message);
  });

  test("a stream that fails is cut, and the error told", async () => {
    const boo = new Error("boo");
    const [exchange, error] = await failed(() => new Response(streamOf(["a", "b"], boo)));
    expect([exchange.answer.state, exchange.text(), error]).toEqual(["aborted", "ab", boo]);
  });

  test("a stream that fails before its first byte leaves the answer to the server", async () => {
    const boo = new Error("boo");
    const [exchange, error] = await failed(() => new Response(streamOf([], boo)));
    expect([exchange.answer.head, error]).toEqual([undefined, boo]);
  });

  test("what is neither bytes nor text cannot be sent", async () => {
    const [exchange, error] = await failed(() => new Response(streamOf(["a", 7])));
    expect([exchange.answer.state, String(error)]).toEqual([
      "aborted",
      "Error: Cannot send 7: give Uint8Arrays or strings",
    ]);
  });

  test.each<[string, number, string | null, string | undefined]>([
    ["GET", 204, null, undefined],
    ["GET", 304, null, "9"],
    ["HEAD", 200, "body", "4"],
  ])("to %s, %i has no body, and the length only where it may", async (...row) => {
    const [method, status, body, length] = row;
    const headers: Record<string, string> =
      length === undefined ? {} : { "content-length": length };
    const exchange = await answered(() => new Response(body, { status, headers }), { method });
    const { head, parts, state } = exchange.answer;
    expect([head?.status, parts.length, state]).toEqual([status, 0, "complete"]);
    const lengths = head?.fields?.filter(([name]) => name === "content-length");
    expect(lengths?.map(([, value]) => value).join()).toBe(length ?? "");
  });

  test("an empty one has length 0", async () => {
    const { answer } = await answered(() => new Response(null));
    expect([answer.head?.contentLength, answer.state]).toEqual([0, "complete"]);
  });

  test("a body is read no faster than the client takes it", async () => {
    const exchange = fakeExchange();
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(stream) {
          pulled += 1;
          if (pulled <= 10) stream.enqueue(bytes("x"));
          else stream.close();
        },
      },
      { highWaterMark: 0 },
    );
    exchange.block();
    const done = handlerOf(() => new Response(body))(exchange);
    while (exchange.answer.parts.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    const pulledWhileBlocked = pulled;
    exchange.drain();
    await done;
    expect(pulledWhileBlocked).toBe(2);
    expect(exchange.text()).toBe("x".repeat(10));
  });

  test("a client that goes amid the answer stops its body, and is no error", async () => {
    const exchange = fakeExchange();
    const cancelled = Promise.withResolvers<void>();
    const body = new ReadableStream(
      {
        async pull(stream) {
          await new Promise(setImmediate);
          stream.enqueue(bytes("x"));
        },
        cancel: () => cancelled.resolve(),
      },
      { highWaterMark: 0 },
    );
    exchange.block();
    const done = handlerOf(() => new Response(body))(exchange);
    while (exchange.answer.parts.length === 0) await new Promise(setImmediate);
    exchange.goAway();
    await cancelled.promise;
    await done;
    expect(exchange.answer.state).toBe("aborted");
  });
});

test("what the function throws is the server's to answer", async () => {
  const boo = new Error("boo");
  const [exchange, error] = await failed(() => Promise.reject(boo));
  expect([exchange.answer.head, error]).toEqual([undefined, boo]);
});

describe("on a server", () => {
  function serve(fetch: Fetch): RunningHttpServer {
    return serveHttp({
      port: 0,
      hostname: "127.0.0.1",
      clock: systemClock(),
      limits: {
        maxHeadBytes: 16_384,
        maxHeaders: 100,
        maxBodyBytes: 100_000_000,
        maxConnections: 10,
        maxStreams: 100,
        idleTimeoutMs: 0,
        maxUnsentBytes: 1_048_576,
      },
      onError: () => {},
      handler: handlerOf(fetch),
    });
  }

  test("requests of one connection are answered in turn", async () => {
    await using server = serve(async (request) => {
      const headers = [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ] as [string, string][];
      return new Response(`${request.url} ${await request.text()}`, { headers });
    });
    for (const path of ["one", "two?x=1"]) {
      const url = `${server.url}${path}`;
      const answer = await fetch(url, { method: "POST", body: "body" });
      expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
      expect([answer.headers.get("content-length"), await answer.text()]).toEqual([
        String(`${url} body`.length),
        `${url} body`,
      ]);
    }
    expect(server.counts().acceptedConnections).toBe(1);
  });

  test("a body goes through while it comes, either way", async () => {
    await using server = serve((request) => new Response(request.body));
    const parts = ["one ", "two ", "three"];
    const body = streamOf(parts);
    const answer = await fetch(server.url, { method: "POST", body });
    expect(answer.headers.get("content-length")).toBeNull();
    expect(await answer.text()).toBe("one two three");
  });

  test("a long body waits for a reader that is slow", async () => {
    await using server = serve(async (request) => {
      let count = 0;
      for await (const part of request.body ?? []) {
        await new Promise(setImmediate);
        count += part.length;
      }
      return new Response(String(count));
    });
    const answer = await fetch(server.url, { method: "POST", body: new Uint8Array(50_000_000) });
    expect(await answer.text()).toBe("50000000");
  });

  test("a long body that is not read to its end holds nothing up", async () => {
    await using server = serve(async (request) => {
      const { value } = (await request.body?.getReader().read()) ?? {};
      return new Response(String((value?.length ?? 0) > 0));
    });
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await fetch(server.url, { method: "POST", body: new Uint8Array(3_000_000) });
      expect(await answer.text()).toBe("true");
    }
  });

  test("a long answer waits for a client that is slow, and stops when it goes", async () => {
    const cancelled = Promise.withResolvers<number>();
    await using server = serve(() => {
      let sent = 0;
      const body = new ReadableStream({
        pull(stream) {
          sent += 65_536;
          stream.enqueue(new Uint8Array(65_536));
        },
        cancel: () => cancelled.resolve(sent),
      });
      return new Response(body);
    });
    const client = await rawClient(server.port);
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await client.receive("200 OK");
    client[Symbol.dispose]();
    expect(await cancelled.promise).toBeGreaterThan(0);
  });

  test("HEAD has no body and the connection goes on", async () => {
    await using server = serve(() => new Response("text"));
    using client = await rawClient(server.port);
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const answers = await client.receive("\r\n\r\ntext");
    expect(answers.split("HTTP/1.1 200 OK").length).toBe(3);
  });

  test("what is thrown before the answer is a 500 without its words", async () => {
    await using server = serve(() => {
      throw new Error("boo");
    });
    const answer = await fetch(server.url);
    expect([answer.status, (await answer.text()).includes("boo")]).toEqual([500, false]);
  });
});
