import { describe, expect, test } from "bun:test";
import type { Permit } from "@breakwater/admission";
import type { Server } from "bun";
import { admit, type FetchAdmissionOptions, takePermit } from "./fetch.ts";
import { limiterOf, until } from "./testing/limiters.ts";
import { clock } from "./testing/scene.ts";

const request = () => new Request("http://127.0.0.1/");

const admitting = (answer: () => Response, options: Partial<FetchAdmissionOptions> = {}) => {
  const limiter = limiterOf(1);
  const fetch = admit((_request: Request) => answer(), { limiter, clock, ...options });
  return { limiter, fetch };
};

function streamOf(parts: readonly string[]): ReadableStream<Uint8Array> {
  const left = parts.map((part) => new TextEncoder().encode(part));
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

const bytes = { headers: { "content-type": "application/octet-stream" } };
const json = { headers: { "content-type": "application/json" } };

/** Whether the slot is still taken when the handler has answered. */
const bodies: readonly (readonly [
  what: string,
  answer: () => Response,
  options: Partial<FetchAdmissionOptions>,
  isHeld: boolean,
])[] = [
  ["a text in one piece", () => new Response("whole"), {}, false],
  ["Response.json()", () => Response.json({ a: 1 }), {}, false],
  ["no body", () => new Response(null, { status: 304 }), {}, false],
  ["a stream", () => new Response(streamOf(["a"]), bytes), {}, true],
  ["a stream without a label, like a text on Bun", () => new Response(streamOf(["a"])), {}, false],
  ["HTML, which may be a stream", () => html("<p>"), {}, true],
  [
    "a stream, to release at the head",
    () => new Response(streamOf(["a"]), bytes),
    release(),
    false,
  ],
  ["a stream that is labelled as JSON", () => new Response(streamOf(["a"]), json), {}, false],
  ["the same, picked out", () => new Response(streamOf(["a"]), json), picking(true), true],
  ["HTML, not picked out", () => html("<p>"), picking(false), false],
];

function html(text: string): Response {
  return new Response(text, { headers: { "content-type": "text/html" } });
}

function release(): Partial<FetchAdmissionOptions> {
  return { streams: "release" };
}

function picking(answer: boolean): Partial<FetchAdmissionOptions> {
  return { streams: () => answer };
}

describe("admission in front of fetch", () => {
  test.each(bodies)("%s", async (_what, answer, options, isHeld) => {
    const { limiter, fetch } = admitting(answer, options);
    const response = await fetch(request());
    expect(limiter.snapshot().inFlight).toBe(Number(isHeld));
    expect(await response.text()).toBe(await answer().text());
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { success: 1 } });
  });

  test("answers without a promise where the handler does", () => {
    const { fetch } = admitting(() => new Response("now"));
    expect(fetch(request())).toBeInstanceOf(Response);
  });

  test("a response that is held keeps its status and headers", async () => {
    const headers = { "content-type": "text/html", "x-own": "1", "set-cookie": "a=b" };
    const answer = () => new Response(streamOf(["a", "b"]), { status: 404, headers });
    const { limiter, fetch } = admitting(answer);
    const response = await fetch(request());
    expect([response.status, Object.fromEntries(response.headers)]).toEqual([404, headers]);
    await response.text();
    expect(limiter.snapshot().released).toMatchObject({ ignored: 1, success: 0 });
  });

  test("a text in one piece keeps the label that the runtime gives it", async () => {
    const { fetch } = admitting(() => new Response("whole"));
    using server = Bun.serve({ port: 0, fetch });
    const { headers } = await globalThis.fetch(server.url);
    expect([headers.get("content-type"), headers.get("content-length")]).toEqual([
      "text/plain;charset=utf-8",
      "5",
    ]);
  });

  test("a body that fails gives the slot back, and fails for the client", async () => {
    const failing = () =>
      new ReadableStream({
        pull() {
          throw new Error("lost");
        },
      });
    const { limiter, fetch } = admitting(() => new Response(failing(), bytes));
    const response = await fetch(request());
    await expect(response.text()).rejects.toThrow("lost");
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 1 } });
  });

  test("a body that is given up gives the slot back, and is given up at its source", async () => {
    const reasons: unknown[] = [];
    const source = () => new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
    const { limiter, fetch } = admitting(() => new Response(source(), bytes));
    await (await fetch(request())).body?.cancel("gone");
    expect(reasons).toEqual(["gone"]);
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 1 } });
  });

  test("what the handler throws is thrown on, at once or later", async () => {
    const limiter = limiterOf(1);
    const fail = () => {
      throw new Error("thrown");
    };
    const atOnce = admit((_request: Request) => fail(), { limiter, clock });
    const later = admit(async (_request: Request) => fail(), { limiter, clock });
    expect(() => atOnce(request())).toThrow("thrown");
    await expect(later(request())).rejects.toThrow("thrown");
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 2 } });
  });

  test("statuses are as the service wants them, and told", () => {
    const reasons: string[] = [];
    const limiter = limiterOf(1);
    limiter.close();
    const fetch = admit((_request: Request) => new Response(), {
      limiter,
      clock,
      statuses: { draining: 500 },
      onRejected: ({ reason }) => reasons.push(reason),
    });
    expect(fetch(request())).toMatchObject({ status: 500 });
    expect(reasons).toEqual(["draining"]);
  });
});

interface Socket {
  readonly permit: Permit | undefined;
}

function serveSockets(upgrades: "hold" | "release") {
  const limiter = limiterOf(1);
  const fetch = admit(
    (asked: Request, server: Server<Socket>) => {
      const isUpgraded = server.upgrade(asked, { data: { permit: takePermit(asked) } });
      return isUpgraded ? undefined : new Response("not a socket", { status: 400 });
    },
    { limiter, clock, upgrades },
  );
  const server = Bun.serve<Socket>({
    port: 0,
    fetch,
    websocket: {
      message() {},
      close({ data }) {
        data.permit?.release("ignored");
      },
    },
  });
  return { limiter, server };
}

describe("WebSockets of Bun.serve", () => {
  test("count as in flight until they close, if the handler takes the permit", async () => {
    const { limiter, server } = serveSockets("hold");
    await using _ = server;
    const socket = new WebSocket(`ws://localhost:${server.port}`);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    expect(limiter.snapshot().inFlight).toBe(1);
    expect((await fetch(server.url)).status).toBe(503);
    socket.close();
    await until(() => limiter.snapshot().inFlight === 0);
    expect(limiter.snapshot()).toMatchObject({ released: { ignored: 1 }, doubleReleases: 0 });
  });

  test("do not count once they are open, as a rule", async () => {
    const { limiter, server } = serveSockets("release");
    await using _ = server;
    const socket = new WebSocket(`ws://localhost:${server.port}`);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    expect(limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 1 } });
    socket.close();
  });

  test("a permit that nobody takes is given back", async () => {
    const limiter = limiterOf(1);
    const fetch = admit((_request: Request) => undefined, { limiter, clock, upgrades: "hold" });
    expect(await fetch(request())).toBeUndefined();
    expect(limiter.snapshot().inFlight).toBe(0);
  });

  test("a permit is taken once", () => {
    const limiter = limiterOf(1);
    const asked = request();
    const taken: (Permit | undefined)[] = [];
    const handler = (the: Request) => {
      taken.push(takePermit(the), takePermit(the));
      return undefined;
    };
    admit(handler, { limiter, clock, upgrades: "hold" })(asked);
    expect([taken[0]?.admitted, taken[1], takePermit(asked)]).toEqual([true, undefined, undefined]);
    expect(limiter.snapshot().inFlight).toBe(1);
  });
});
