import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { caught, messageOf, type TestUser, testUser } from "../../vu/testing/test-user.ts";
import { echoServer } from "../ws/testing/echo-server.ts";
import type { Blob } from "./blob.ts";
import type { WebSocket } from "./web-socket.ts";
import { experimentalWebsocketsModule, websocketsModule } from "./websockets-module.ts";

interface Api {
  readonly WebSocket: new (...values: readonly unknown[]) => WebSocket;
  readonly Blob: typeof Blob;
}

async function apiOf(vu: TestUser): Promise<Api> {
  const create = await websocketsModule.load();
  return create(vu.user) as Api;
}

const newUser = (): TestUser => testUser({ clock: systemClock() });

function urlOf(server: { readonly port: number | undefined }, path = "/"): string {
  return `ws://127.0.0.1:${server.port}${path}`;
}

/** A call that holds the script up for a round trip, as http.get() does. */
function holdUp(vu: TestUser, server: { readonly port: number | undefined }): Promise<unknown> {
  return vu.user.activity.block(() => fetch(urlOf(server, "/no").replace("ws", "http")));
}

interface SeenEvent {
  readonly type: string;
  readonly target: WebSocket;
  readonly timestamp: number;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly error?: string;
}

/** Notes every event of the socket. */
function noteAll(socket: WebSocket, seen: string[]): void {
  for (const name of ["open", "message", "error", "close", "ping", "pong"]) {
    socket.addEventListener(name, ({ type, data, code, reason, error }: SeenEvent) => {
      seen.push([type, data, code, reason, error].filter((part) => part !== undefined).join(" "));
    });
  }
}

test("a WebSocket tells its events in order and keeps the iteration going", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  let states: readonly number[] = [];
  const outcome = await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server), null, { tags: { own: "yes" } });
    noteAll(socket, seen);
    const connecting = socket.readyState;
    socket.onopen = () => {
      states = [connecting, socket.readyState];
      socket.send("text");
    };
    socket.addEventListener("message", () => socket.ping());
    socket.onpong = () => socket.send("ping");
    socket.onping = () => socket.close();
    socket.onclose = () => {
      states = [...states, socket.readyState];
    };
  });
  expect(outcome).toBe("complete");
  expect(seen).toEqual(["open", "message text", "pong", "ping", "close 1000 "]);
  expect(states).toEqual([0, 1, 3]);
  expect(vu.samples.find(({ name }) => name === "ws_sessions")?.tags).toEqual({
    url: urlOf(server),
    name: urlOf(server),
    status: "101",
    subproto: "",
    own: "yes",
    group: "",
    scenario: "any",
  });
  // Two messages, the ping and the close, as k6 counts.
  expect(vu.values("ws_msgs_sent")).toEqual([1, 1, 1, 1]);
  expect(vu.values("ws_msgs_received")).toEqual([1]);
  expect(vu.values("ws_ping")).toHaveLength(1);
  expect(vu.values("ws_session_duration")).toHaveLength(1);
});

test("no event comes before the function is over, nor during a call that holds it up", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  await vu.iterate(async () => {
    const socket = new WebSocket(urlOf(server));
    socket.onopen = () => {
      seen.push("open");
      socket.close();
    };
    await holdUp(vu, server);
    seen.push("was held up");
  });
  expect(seen).toEqual(["was held up", "open"]);
});

test.each([
  ["/no", "websocket: bad handshake", "403"],
  [
    ":1/",
    "Cannot connect to 127.0.0.1:1: connection refused; does a server listen there?",
    undefined,
  ],
])(
  "a connection to %p that does not come about is an error and a close",
  async (path, wanted, status) => {
    using server = echoServer();
    using vu = newUser();
    const { WebSocket } = await apiOf(vu);
    const seen: string[] = [];
    const url = path.startsWith(":") ? `ws://127.0.0.1${path}` : urlOf(server, path);
    await vu.iterate(() => noteAll(new WebSocket(url), seen));
    expect(seen).toEqual([`error ${wanted}`, "close "]);
    expect(vu.samples.find(({ name }) => name === "ws_sessions")?.tags.status).toBe(status);
    expect(vu.values("ws_session_duration")).toEqual([]);
  },
);

test.each([
  ["bye", ["error websocket: close 4005: server bye", "close 4005 server bye"]],
  [
    "die",
    ["error websocket: close 1006 (abnormal closure): unexpected EOF", "close 1006 unexpected EOF"],
  ],
])("the server's end after %p is told", async (message, wanted) => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    noteAll(socket, seen);
    socket.onopen = () => socket.send(message);
  });
  expect(seen).toEqual(["open", ...wanted]);
});

test("bytes come as a Blob, or as an ArrayBuffer when the script says so", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket, Blob } = await apiOf(vu);
  const seen: unknown[] = [];
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    const parts = [new Uint8Array([1]), new Uint8Array([2, 3]).buffer, new Blob(["ab"])];
    socket.onopen = () => {
      for (const part of parts) socket.send(part);
    };
    socket.onmessage = ({ data }: SeenEvent) => {
      socket.binaryType = "arraybuffer";
      seen.push(data);
      if (seen.length === 3) socket.close();
    };
  });
  const [first, ...rest] = seen;
  expect(await (first as Blob).bytes()).toEqual(new Uint8Array([1]));
  expect(rest).toEqual([new Uint8Array([2, 3]).buffer, new Uint8Array([97, 98]).buffer]);
});

test("bufferedAmount counts what was sent in this turn and is 0 when it is gone", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const amounts: number[] = [];
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    socket.onopen = () => {
      socket.send("grün");
      socket.send("xy");
      amounts.push(socket.bufferedAmount);
    };
    socket.onmessage = () => {
      amounts.push(socket.bufferedAmount);
      socket.close();
    };
  });
  expect(amounts).toEqual([7, 0]);
});

test("one that is closed while it connects opens and closes without an open event", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    noteAll(socket, seen);
    socket.close(3000, "no");
  });
  expect(seen).toEqual(["error websocket: close 3000: no", "close 3000 no"]);
});

test("what a listener throws closes the connection and is told and logged", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    noteAll(socket, seen);
    socket.onopen = () => {
      throw new Error("boom");
    };
  });
  expect(seen).toEqual(["error boom", "close "]);
  expect(vu.errors.map(messageOf)).toEqual(["boom"]);
});

test("an interrupted iteration closes its WebSockets and tells nothing", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const seen: string[] = [];
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const outcome = vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    socket.onopen = resolve;
    noteAll(socket, seen);
  });
  await open;
  vu.user.interrupt();
  expect(await outcome).toBe("interrupted");
  expect(seen).toEqual(["open"]);
  expect(vu.values("ws_session_duration")).toEqual([]);
});

test("many messages come in order however slow the script is", async () => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  let came = 0;
  let isInOrder = true;
  await vu.iterate(() => {
    const socket = new WebSocket(urlOf(server));
    socket.onopen = () => {
      for (let index = 0; index < 5000; index += 1) socket.send(String(index));
    };
    socket.onmessage = async ({ data }: SeenEvent) => {
      isInOrder = isInOrder && data === String(came);
      came += 1;
      if (came % 1000 === 0) await holdUp(vu, server);
      if (came === 5000) socket.close();
    };
  });
  expect([came, isInOrder]).toEqual([5000, true]);
});

test.each([
  [[], "Cannot open a WebSocket without a URL: give one"],
  [["http://x"], 'Cannot open the WebSocket "http://x": its scheme must be ws or wss'],
  [
    ["ws://x", null, { foo: 1 }],
    `Cannot use the WebSocket's option "foo": known are headers, tags, jar, compression`,
  ],
])("new WebSocket(...%p) is refused", async (values, message) => {
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const error = await caught(vu.inside(() => new WebSocket(...values)));
  expect(messageOf(error)).toBe(message);
});

test.each([
  ["send", (socket: WebSocket) => socket.send("x"), "InvalidStateError"],
  [
    "close",
    (socket: WebSocket) => socket.close(1001),
    "InvalidAccessError: Cannot close a WebSocket with code 1001: give 1000 or one from 3000 to 4999",
  ],
  [
    "onopen",
    (socket: WebSocket) => {
      socket.onopen = 1;
    },
    "Cannot use 1 as onopen: give a function",
  ],
  [
    "binaryType",
    (socket: WebSocket) => {
      socket.binaryType = "x" as "blob";
    },
    'Cannot give messages as "x": known are "blob" and "arraybuffer"',
  ],
])("a wrong use of %s before it is open throws", async (_, use, message) => {
  using server = echoServer();
  using vu = newUser();
  const { WebSocket } = await apiOf(vu);
  const error = await vu.inside(async () => {
    const socket = new WebSocket(urlOf(server));
    const thrown = await caught(() => use(socket));
    socket.close();
    return thrown;
  });
  expect(messageOf(error)).toBe(message);
});

test("the old name of the module warns once", async () => {
  using vu = newUser();
  const create = await experimentalWebsocketsModule.load();
  create(vu.user);
  create(vu.user);
  expect(vu.warnings).toHaveLength(1);
});

test("a Blob is cut and read as its bytes", async () => {
  using vu = newUser();
  const { Blob } = await apiOf(vu);
  const blob = new Blob(["grün", new Uint8Array([33])], { type: "text/plain" });
  expect([blob.size, blob.type, String(blob)]).toEqual([6, "text/plain", "[object Blob]"]);
  expect(await blob.slice(0, -1, "x").text()).toBe("grün");
  expect(await new Response(blob.stream()).text()).toBe("grün!");
  expect(() => new Blob([1])).toThrow("Cannot put 1 into a Blob");
});
