import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { Exchange, Handler } from "@breakwater/http-server";
import { type FakeExchange, type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import { parseFault } from "../shape/fault-kinds.ts";
import { seededRandom } from "../shape/random.ts";
import { parseQueryShape } from "../shape/shape.ts";
import { faultDocs, shapeDocs } from "../shape/shape-docs.ts";
import { fault } from "./faults.ts";

/** The first 20 bytes of the plain answer. */
const plain = "0123456789abcdefghij";

test("reset answers nothing", () => {
  expect(ask("reset").answer).toMatchObject({ state: "reset", head: undefined, parts: [] });
});

test("close ends the connection without a byte", () => {
  const { answer } = ask("close");
  expect(answer.state).toBe("taken");
  expect(answer.body).toHaveLength(0);
});

test.each([
  ["", 10, "aborted"],
  ["&at=0", 0, "aborted"],
  ["&at=19", 19, "aborted"],
  ["&at=5K", 19, "aborted"],
  ["&at=3&how=reset", 3, "reset"],
] as const)("truncate%s sends %i of 20 bytes under the right length", (query, bytes, state) => {
  const exchange = ask("truncate", `?size=20${query}`);
  expect(exchange.answer).toMatchObject({ state, head: { status: 200, contentLength: 20 } });
  expect(exchange.answer.head?.fields).toContainEqual(["x-bw-injected", "fault=truncate"]);
  expect(exchange.text()).toBe(plain.slice(0, bytes));
});

test.each([
  ["", 30],
  ["&by=1", 21],
  ["&by=-5", 15],
  ["&by=-50", 0],
])("wrong-length%s sends 20 bytes and announces %i", (query, announced) => {
  const { head, body, state } = raw(ask("wrong-length", `?size=20${query}`));
  expect(head).toEqual([
    "HTTP/1.1 200 OK",
    "content-type: text/plain",
    "x-bw-injected: fault=wrong-length",
    `content-length: ${announced}`,
    "connection: close",
  ]);
  expect(body).toBe(plain);
  expect(state).toBe("taken");
});

test("duplicate-length announces the right one and another", () => {
  const { head, body } = raw(ask("duplicate-length", "?size=20&by=7"));
  const lengths = head.filter((line) => line.startsWith("content-length"));
  expect(lengths).toEqual(["content-length: 20", "content-length: 27"]);
  expect(body).toBe(plain);
});

test("bad-chunk sends a good chunk, and then one whose size is no number", () => {
  const { head, body, state } = raw(ask("bad-chunk", "?size=20&at=5"));
  expect(head).toContain("transfer-encoding: chunked");
  expect(body).toBe("5\r\n01234\r\nno-number\r\n");
  expect(state).toBe("taken");
});

test("slow-headers sends the head byte by byte, and then the body", async () => {
  const clock = new FakeClock();
  const exchange = ask("slow-headers", "?size=20&interval=10", { clock });
  await clock.advanceTo(145);
  expect(exchange.text()).toBe("HTTP/1.1 200 OK");
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(60_000);
  const { head, body, state } = raw(exchange);
  expect(head).toContain("content-length: 20");
  expect(body).toBe(plain);
  expect(state).toBe("taken");
  expect(exchange.answer.parts.slice(0, 15).map((part) => part.length)).toEqual(
    new Array<number>(15).fill(1),
  );
});

test.each([
  ["?size=20", 10_000, 1],
  ["?size=20&duration=190", 190, 1],
  ["?size=20&bytes=4&duration=40", 40, 4],
  ["?size=20&bytes=4&interval=25", 100, 4],
])("drip%s takes %i ms in pieces of %i", async (query, tookMs, bytes) => {
  const clock = new FakeClock();
  const exchange = ask("drip", query, { clock });
  expect(exchange.text()).toBe(plain.slice(0, bytes));
  await clock.advanceTo(tookMs - 0.5);
  expect(exchange.answer.state).toBe("open");
  await clock.advanceTo(tookMs);
  expect(exchange.answer.state).toBe("complete");
  expect(exchange.text()).toBe(plain);
  expect(exchange.answer.parts).toHaveLength(20 / bytes);
});

test.each([
  ["", "complete", 20],
  ["&end=close", "aborted", 5],
  ["&end=reset", "reset", 5],
] as const)(
  "stall%s sends a part, nothing for a while, and then is %s",
  async (end, state, all) => {
    const clock = new FakeClock();
    const exchange = ask("stall", `?size=20&at=5&for=2s${end}`, { clock });
    await clock.advanceTo(1999);
    expect(exchange.answer.state).toBe("open");
    expect(exchange.text()).toBe(plain.slice(0, 5));
    await clock.advanceTo(2000);
    expect(exchange.answer.state).toBe(state);
    expect(exchange.text()).toBe(plain.slice(0, all));
  },
);

test.each([
  ["", 131_072, 32],
  ["?bytes=10K&fields=one", 10_240, 1],
  ["?bytes=4097", 4097, 2],
])("huge-headers%s adds %i bytes in %i fields", (query, bytes, count) => {
  const { answer } = ask("huge-headers", query);
  const fillers = answer.head?.fields?.filter(([name]) => name.startsWith("x-bw-filler")) ?? [];
  expect(fillers).toHaveLength(count);
  expect(fillers.reduce((sum, [, value]) => sum + value.length, 0)).toBe(bytes);
  expect(answer.state).toBe("complete");
  expect(answer.body).toHaveLength(1024);
});

test("garbage sends bytes that are no HTTP, the same for a seed", () => {
  const { answer } = ask("garbage", "?bytes=300");
  expect(answer.body).toHaveLength(300);
  expect(answer.body[0]).toBe(0);
  expect(new Set(answer.body).size).toBeGreaterThan(100);
  expect(ask("garbage", "?bytes=300").answer.body).toEqual(answer.body);
});

test("early answers before the body is read, and closes", () => {
  const { head, body, state } = raw(ask("early", "?status=400", { method: "POST" }));
  expect(head[0]).toBe("HTTP/1.1 400 Bad Request");
  expect(head).toContain(`content-length: ${body.length}`);
  expect(head).toContain("connection: close");
  expect(JSON.parse(body)).toEqual({ error: expect.stringContaining("400 was injected") });
  expect(state).toBe("taken");
  expect(raw(ask("early")).head[0]).toBe("HTTP/1.1 413 Content Too Large");
});

test.each(["close", "wrong-length", "slow-headers", "bad-chunk", "garbage", "duplicate-length"])(
  "%s cannot be sent but over HTTP/1.1, which the answer says",
  (kind) => {
    for (const protocol of ["HTTP/1.0", "HTTP/2.0", "HTTP/3.0"] as const) {
      const exchange = ask(kind, "", { protocol });
      expect(exchange.answer.head?.status).toBe(501);
      expect(exchange.text()).toContain(`over ${protocol}: ask by HTTP/1.1`);
    }
  },
);

test.each([
  ["reset", "", "reset"],
  ["truncate", "", "aborted"],
  ["stall", "?for=0", "complete"],
  ["drip", "?duration=0", "complete"],
  ["huge-headers", "", "complete"],
  ["early", "", "complete"],
] as const)("%s%s can be sent over HTTP/2 and HTTP/3", async (kind, query, state) => {
  for (const protocol of ["HTTP/2.0", "HTTP/3.0"] as const) {
    const clock = new FakeClock();
    const exchange = ask(kind, query, { protocol, clock });
    await clock.advanceTo(100);
    expect(exchange.answer.state).toBe(state);
  }
});

test.each([
  ["explode", "", "one of reset, close, truncate"],
  ["truncate", "?at=-1", "from 0"],
  ["truncate", "?at=NaN", "from 0"],
  ["truncate", "?to=5", "one of at, how"],
  ["reset", "?size=2M", "1048576"],
  ["reset", "?at=5", "left out"],
  ["huge-headers", "?bytes=0", "from 1 to 1048576"],
  ["huge-headers", "?bytes=9G", "from 1 to 1048576"],
  ["stall", "?for=-1", "0 to 3600000 ms"],
  ["drip", "?interval=0", "1 to 3600000 ms"],
  ["slow-headers", "?interval=2h", "1 to 3600000 ms"],
  ["wrong-length", "?by=1e3", "-1000000000 to 1000000000"],
])("/fault/%s%s is refused with what would do", (kind, query, wanted) => {
  const exchange = ask(kind, query);
  expect(exchange.answer.head?.status).toBe(400);
  expect(JSON.parse(exchange.text())).toEqual({ error: expect.stringContaining(wanted) });
});

test("the words of a shape are no parameters of a fault", () => {
  expect(ask("early", "?delay=5&seed=1").answer.state).toBe("taken");
});

test("every kind has a doc, with what it takes", () => {
  expect(faultDocs).toHaveLength(12);
  expect(faultDocs.find(({ path }) => path === "/fault/truncate")?.params).toEqual([
    { name: "at", meaning: expect.stringContaining("half-way") },
    { name: "how", meaning: expect.stringContaining("close (FIN)") },
    { name: "size", meaning: expect.stringContaining("1K") },
  ]);
});

test("the examples of all docs can be read", () => {
  for (const { examples } of [...shapeDocs, ...faultDocs]) {
    for (const example of examples) {
      const query = example.split("?")[1] ?? "";
      expect(() => parseQueryShape(query)).not.toThrow();
    }
  }
});

const chunks: Handler = (exchange) => {
  const body = exchange.begin({ status: 201, fields: [["etag", '"a"']] });
  body.write(Buffer.from("hello "));
  body.write(Buffer.from("world"));
  body.end();
};

test("a fault spoils what the handler answers, of a length that nobody knows as well", () => {
  const { head, body } = raw(inject("bad-chunk", { at: "8" }, chunks));
  expect(head).toContain("HTTP/1.1 201 Created");
  expect(head).toContain('etag: "a"');
  expect(body).toBe("6\r\nhello \r\n2\r\nwo\r\nno-number\r\n");
  const truncated = inject("truncate", { at: "8" }, chunks);
  expect(truncated.answer).toMatchObject({ state: "aborted", head: { status: 201 } });
  expect(truncated.text()).toBe("hello wo");
});

test.each(["wrong-length", "duplicate-length"])(
  "%s leaves an answer alone whose length nobody knows",
  (kind) => {
    const exchange = inject(kind, {}, chunks);
    expect(exchange.answer.state).toBe("complete");
    expect(exchange.text()).toBe("hello world");
  },
);

test.each(["truncate", "wrong-length", "duplicate-length", "bad-chunk", "drip", "stall"])(
  "%s leaves an answer without a body alone, and does not say that it was injected",
  (kind) => {
    for (const answer of [{ status: 204 }, { status: 304 }, { status: 200, body: "" }]) {
      const { state, head } = inject(kind, {}, (exchange) => exchange.respond(answer)).answer;
      expect(state).toBe("complete");
      expect(head?.fields ?? []).toEqual([]);
    }
    const { answer } = inject(kind, {}, chunks, { method: "HEAD" });
    expect(answer.head?.fields).toEqual([["etag", '"a"']]);
  },
);

test.each([
  ["GET", 204, []],
  ["GET", 304, []],
  ["HEAD", 200, ["content-length: 5"]],
] as const)("slow headers are those of a %s answered with %i", async (method, status, framing) => {
  const clock = new FakeClock();
  const respond: Handler = (exchange) => exchange.respond({ status, body: "hello" });
  const exchange = inject("slow-headers", { interval: "1" }, respond, { method, clock });
  await clock.advanceTo(1000);
  const { head, body } = raw(exchange);
  expect(head.slice(1)).toEqual([
    "x-bw-injected: fault=slow-headers",
    ...framing,
    "connection: close",
  ]);
  expect(body).toBe("");
});

test("a handler whose answer was cut short is told to give up, and writes no more", async () => {
  const log: string[] = [];
  const endless = (exchange: Exchange): void => {
    exchange.onAbort(() => log.push("gave up"));
    const body = exchange.begin({ status: 200, contentLength: 1e12 });
    while (body.write(Buffer.alloc(1000))) log.push("wrote");
  };
  const exchange = inject("truncate", { at: "2500" }, endless);
  await exchange.done;
  expect(exchange.answer.body).toHaveLength(2500);
  expect(log).toEqual(["wrote", "wrote", "gave up"]);
});

test("a handler that took over its connection is left alone", () => {
  const exchange = inject("truncate", {}, (taking) => {
    taking.takeOver({ onData: () => {}, onClose: () => {} })?.write("hello");
  });
  expect(exchange.text()).toBe("hello");
});

interface Setup extends Omit<FakeRequest, "target"> {
  readonly clock?: FakeClock;
}

function ask(kind: string, query = "", { clock = new FakeClock(), ...request }: Setup = {}) {
  const exchange = fakeExchange({ ...request, target: `/fault/${kind}${query}` });
  void fault({ clock, random: seededRandom(7) })(exchange, { kind });
  return exchange;
}

function inject(
  kind: string,
  parameters: Readonly<Record<string, string>>,
  handler: Handler,
  { clock = new FakeClock(), ...request }: Setup = {},
): FakeExchange {
  const exchange = fakeExchange(request);
  const tools = { clock, random: seededRandom(7) };
  void parseFault(kind, new Map(Object.entries(parameters))).inject(exchange, handler, tools);
  return exchange;
}

interface RawAnswer {
  readonly head: readonly string[];
  readonly body: string;
  readonly state: FakeExchange["answer"]["state"];
}

/** What went over a connection that was taken over. */
function raw(exchange: FakeExchange): RawAnswer {
  const [head = "", ...body] = exchange.text().split("\r\n\r\n");
  return { head: head.split("\r\n"), body: body.join("\r\n\r\n"), state: exchange.answer.state };
}
