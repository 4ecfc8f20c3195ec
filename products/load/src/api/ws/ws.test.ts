import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf, type TestUser, testUser } from "../../vu/testing/test-user.ts";
import { CookieJar } from "../http/cookie-jar.ts";
import type { WsResponse } from "./connect.ts";
import type { Socket } from "./socket.ts";
import { echoServer } from "./testing/echo-server.ts";
import { wsModule } from "./ws-module.ts";

type Connect = (...values: readonly unknown[]) => Promise<WsResponse>;

/** Runs one iteration with k6/ws's connect(). */
async function inside<T>(vu: TestUser, run: (connect: Connect) => Promise<T>): Promise<T> {
  const create = await wsModule.load();
  const { connect } = create(vu.user) as { connect: Connect };
  return await vu.inside(() => run(connect));
}

const newUser = (): TestUser => testUser({ clock: systemClock() });

function urlOf(server: { readonly port: number | undefined }, path = "/"): string {
  return `ws://127.0.0.1:${server.port}${path}`;
}

/** A call that holds the script up for a round trip, as http.get() does. */
function holdUp(vu: TestUser, server: { readonly port: number | undefined }): Promise<unknown> {
  return vu.user.activity.block(() => fetch(urlOf(server, "/no").replace("ws", "http")));
}

interface SeenError {
  readonly code?: number;
  readonly text?: string;
  error(): string;
}

/** Notes every event of the socket. */
function noteAll(socket: Socket, seen: string[]): void {
  for (const name of ["open", "message", "binaryMessage", "ping", "pong", "close", "error"]) {
    socket.on(name, (value: unknown) => {
      const error = value as SeenError;
      const what = name === "error" ? `${error.code} ${error.text} ${error.error()}` : value;
      seen.push(`${name} ${what instanceof ArrayBuffer ? `${what.byteLength} bytes` : what}`);
    });
  }
}

test("a session runs its handlers in order and gives the answer when it is closed", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  const response = await inside(vu, (connect) =>
    connect(urlOf(server), { tags: { own: "yes" } }, (socket: Socket) => {
      noteAll(socket, seen);
      socket.on("open", () => socket.send(7));
      socket.on("message", () => socket.sendBinary(new Uint8Array([1, 2, 3]).buffer));
      socket.on("binaryMessage", () => socket.ping());
      socket.on("pong", () => socket.send("ping"));
      socket.on("ping", () => socket.close());
      seen.push("set up");
    }),
  );
  expect(seen).toEqual([
    "set up",
    "open undefined",
    "message 7",
    "binaryMessage 3 bytes",
    "pong undefined",
    "ping undefined",
    "close 1001",
  ]);
  expect(response).toMatchObject({ url: urlOf(server), status: 101, body: "", error: "" });
  expect(response.headers.Upgrade).toBe("websocket");
  const tags = { url: urlOf(server), status: "101", subproto: "", own: "yes", group: "" };
  expect(vu.samples.find(({ name }) => name === "ws_sessions")?.tags).toEqual({
    ...tags,
    scenario: "any",
  });
  expect(vu.values("ws_msgs_sent")).toEqual([1, 1, 1]);
  expect(vu.values("ws_msgs_received")).toEqual([1, 1]);
  expect(vu.values("ws_ping")).toHaveLength(1);
  expect(vu.values("ws_connecting")).toHaveLength(1);
  expect(vu.values("ws_session_duration")).toHaveLength(1);
  expect(vu.values("data_sent")[0]).toBeGreaterThan(100);
  expect(vu.values("data_received")[0]).toBeGreaterThan(100);
});

test.each([
  ["bye", ["error 4005 server bye websocket: close 4005: server bye", "close 4005"]],
  [
    "die",
    [
      "error 1006 unexpected EOF websocket: close 1006 (abnormal closure): unexpected EOF",
      "close 1006",
    ],
  ],
])("the server's end after %p is an error and a close", async (message, wanted) => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  await inside(vu, (connect) =>
    connect(urlOf(server), (socket: Socket) => {
      socket.on("open", () => socket.send(message));
      noteAll(socket, seen);
    }),
  );
  expect(seen).toEqual(["open undefined", ...wanted]);
});

test("a refused handshake gives its status, headers and body", async () => {
  using server = echoServer();
  using vu = newUser();
  const response = await inside(vu, (connect) => connect(urlOf(server, "/no"), null, () => {}));
  expect(response).toMatchObject({ url: "", status: 403, body: "not here", error: "" });
  expect(response.headers["X-Why"]).toBe("because");
  const [session] = vu.samples.filter(({ name }) => name === "ws_sessions");
  expect(session?.tags).toMatchObject({ status: "403" });
});

test.each([
  ["http://127.0.0.1/", "its scheme must be ws or wss"],
  ["ws://127.0.0.1:1/", "connection refused"],
])("%p gives an error, and throws when the options say so", async (url, wanted) => {
  using quiet = newUser();
  const response = await inside(quiet, (connect) => connect(url, () => {}));
  expect(response).toMatchObject({ url: "", status: 0, headers: {}, body: "" });
  expect(response.error).toContain(wanted);
  expect(quiet.values("ws_sessions")).toEqual([1]);
  using throwing = testUser({ clock: systemClock(), settings: { isThrowing: true } });
  const error = await caught(inside(throwing, (connect) => connect(url, () => {})));
  expect(messageOf(error)).toContain(wanted);
});

test("what is sent behind the close is an error, told at once", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  await inside(vu, (connect) =>
    connect(urlOf(server), (socket: Socket) => {
      noteAll(socket, seen);
      socket.on("open", () => {
        socket.close(3001);
        socket.send("late");
        socket.close();
      });
    }),
  );
  expect(seen).toEqual([
    "open undefined",
    "close 3001",
    "error undefined undefined websocket: close sent",
  ]);
});

test("a handler that is held up keeps the next from starting", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  await inside(vu, (connect) =>
    connect(urlOf(server), async (socket: Socket) => {
      await holdUp(vu, server);
      socket.on("open", () => {
        for (const text of ["1", "2"]) socket.send(text);
      });
      socket.on("message", async (text: unknown) => {
        seen.push(`begin ${text}`);
        await holdUp(vu, server);
        seen.push(`end ${text}`);
        if (text === "2") socket.close();
      });
      socket.on("message", (text: unknown) => {
        seen.push(`second ${text}`);
      });
    }),
  );
  expect(seen).toEqual(["begin 1", "end 1", "second 1", "begin 2", "end 2", "second 2"]);
});

test("what else has happened is delivered when the session is over", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  await inside(vu, async (connect) => {
    const hold = vu.user.activity.hold(() => {});
    await connect(urlOf(server), (socket: Socket) => {
      socket.on("open", () => {
        hold.deliver(() => {
          seen.push("delivered");
          hold.release();
        });
        socket.setTimeout(() => socket.close(), 5);
      });
      socket.on("close", () => seen.push("closed"));
    });
  });
  expect(seen).toEqual(["closed", "delivered"]);
});

test("a handler that waits for something outside of the session does not stop it", async () => {
  using server = echoServer();
  using vu = newUser();
  const { promise: never } = Promise.withResolvers<void>();
  const response = await inside(vu, (connect) =>
    connect(urlOf(server), (socket: Socket) => {
      socket.on("open", async () => {
        socket.send("x");
        await never;
      });
      socket.on("message", () => socket.close());
    }),
  );
  expect(response.status).toBe(101);
});

test("what a handler throws closes the connection and is thrown by connect", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  const error = await caught(
    inside(vu, (connect) =>
      connect(urlOf(server), (socket: Socket) => {
        noteAll(socket, seen);
        socket.on("open", () => {
          throw new Error("boom");
        });
      }),
    ),
  );
  expect(messageOf(error)).toBe("boom");
  expect(seen).toEqual(["open undefined", "close 1001"]);
});

test("timers of the socket run between its handlers and end with it", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: string[] = [];
  await inside(vu, (connect) =>
    connect(urlOf(server), (socket: Socket) => {
      socket.setTimeout(() => seen.push("once"), 1);
      socket.setInterval(() => {
        seen.push("again");
        if (seen.filter((line) => line === "again").length === 3) socket.close();
      }, 3);
    }),
  );
  expect(seen.filter((line) => line === "once")).toHaveLength(1);
  expect(seen.filter((line) => line === "again")).toHaveLength(3);
});

test("cookies go along and come back, from the VU's jar or another", async () => {
  using server = echoServer();
  using vu = newUser();
  const seen: unknown[] = [];
  const jar = new CookieJar();
  jar.set(urlOf(server).replace("ws", "http"), "other", "2");
  const ask = (socket: Socket): void => {
    socket.on("open", () => socket.send("cookie"));
    socket.on("message", (text: unknown) => {
      seen.push(text);
      socket.close();
    });
  };
  await inside(vu, async (connect) => {
    await connect(urlOf(server), ask);
    await connect(urlOf(server), ask);
    await connect(urlOf(server), { jar }, ask);
    await connect(urlOf(server), { headers: { Cookie: "mine=3" } }, ask);
  });
  expect(seen).toEqual(["", "seen=1", "other=2", "mine=3"]);
});

test("an interrupted session leaves at once and measures no duration", async () => {
  using server = echoServer();
  using vu = newUser();
  const create = await wsModule.load();
  const { connect } = create(vu.user) as { connect: Connect };
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const outcome = vu.iterate(() =>
    connect(urlOf(server), (socket: Socket) => socket.on("open", resolve)),
  );
  await open;
  vu.user.interrupt();
  expect(await outcome).toBe("interrupted");
  expect(vu.values("ws_session_duration")).toEqual([]);
  expect(vu.errors).toEqual([]);
});

test.each([
  [[], "Cannot connect with these arguments: give url, params and a function"],
  [[{}, 1], "Cannot connect without a function: it must be the last argument"],
  [
    [{ compression: "gzip" }, () => {}],
    'Cannot compress messages by "gzip": the supported algorithm is deflate',
  ],
])("connect(url, ...%p) is refused", async (rest, message) => {
  using vu = newUser();
  const error = await caught(inside(vu, (connect) => connect("ws://127.0.0.1:1/", ...rest)));
  expect(messageOf(error)).toBe(message);
});

test.each([
  [(socket: Socket) => socket.sendBinary("x"), "Cannot send x as binary: give an ArrayBuffer"],
  [
    (socket: Socket) => socket.setTimeout(() => {}, 0),
    "Cannot setTimeout in 0 ms: give more than 0",
  ],
  [(socket: Socket) => socket.setInterval(1, 5), "Cannot setInterval 1: give a function"],
])("a mistake in a handler is thrown where it is made: %p", async (use, message) => {
  using server = echoServer();
  using vu = newUser();
  const error = await caught(inside(vu, (connect) => connect(urlOf(server), use)));
  expect(messageOf(error)).toBe(message);
});
