import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeAnswer, fakeExchange } from "@breakwater/http-server/testing";
import { pattern } from "../pattern.ts";
import { bin } from "./bin.ts";

const whole = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".repeat(6000);

test.each([
  ["0", 0],
  ["2", 2],
  ["11111", 11_111],
  ["1K", 1024],
  ["10k", 10_240],
  ["64K", 65_536],
  ["65537", 65_537],
  ["200K", 204_800],
])("/bin/%s sends %i bytes of the pattern, with their length", (size, bytes) => {
  const { answer, text } = get(size);
  expect(answer.head).toMatchObject({ status: 200, contentLength: bytes });
  expect(fieldsOf(answer)).toEqual({
    "content-type": "application/octet-stream",
    "content-disposition": 'attachment; filename="data.bin"',
    "accept-ranges": "bytes",
    etag: `"bin-${bytes}"`,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  });
  expect(text).toBe(whole.slice(0, bytes));
});

test.each(["true", "1", "YES", "on"])("with ?chunked=%s no length is told", (chunked) => {
  const { answer, text } = get("100K", { query: `?chunked=${chunked}` });
  expect(answer.head?.status).toBe(200);
  expect(answer.head?.contentLength).toBeUndefined();
  expect(text).toBe(whole.slice(0, 102_400));
});

test("10000G and more are announced and begin to come", () => {
  for (const [size, bytes] of [
    ["10000G", 10_737_418_240_000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ] as const) {
    const { answer } = get(size);
    expect(answer).toMatchObject({ state: "open", head: { contentLength: bytes } });
    expect(answer.parts.length).toBeGreaterThan(1);
  }
});

test("HEAD has the head of GET and no body", () => {
  const method = "HEAD";
  const { answer } = get("10G", { method });
  expect(answer).toMatchObject({
    state: "complete",
    parts: [],
    head: { contentLength: 2 ** 30 * 10 },
  });
  expect(get("1K", { method }).answer.head).toMatchObject({ contentLength: 1024 });
  expect(get("1K", { method, query: "?chunked=1" }).answer.head?.contentLength).toBeUndefined();
});

test.each([
  ["bytes=0-9", 0, 10],
  ["bytes=70000-70099", 70_000, 70_100],
  ["bytes=100000-", 100_000, 102_400],
  ["bytes=-7", 102_393, 102_400],
])("Range: %s is the same bytes as in the whole", (range, from, to) => {
  const { answer, text } = get("100K", { headers: { Range: range } });
  expect(answer.head).toMatchObject({ status: 206, contentLength: to - from });
  expect(fieldsOf(answer)["content-range"]).toBe(`bytes ${from}-${to - 1}/102400`);
  expect(text).toBe(whole.slice(from, to));
});

test("a range that begins beyond the end is 416 and says the size", () => {
  const { answer } = get("1K", { headers: { Range: "bytes=1024-" } });
  expect(answer.head?.status).toBe(416);
  expect(fieldsOf(answer)).toEqual({ "content-range": "bytes */1024" });
});

test.each([
  ["several ranges", { headers: { Range: "bytes=0-1,4-5" } }],
  ["a range with HEAD's sibling POST", { method: "POST", headers: { Range: "bytes=0-1" } }],
  ["an old If-Range", { headers: { Range: "bytes=0-1", "If-Range": '"bin-1"' } }],
  ["another ETag", { headers: { "If-None-Match": '"bin-1"' } }],
])("%s: the whole, 200", (_name, asked) => {
  expect(get("1K", asked).answer.head).toMatchObject({ status: 200, contentLength: 1024 });
});

test("with an If-Range that is true, the range counts", () => {
  const headers = { Range: "bytes=0-1", "If-Range": '"bin-1024"' };
  expect(get("1K", { headers }).answer.head?.status).toBe(206);
});

test.each([
  ["If-None-Match", '"bin-1024"'],
  ["If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"],
])("%s: %s is 304 without a body, but with what caches need", (name, value) => {
  const { answer } = get("1K", { headers: { [name]: value }, query: "?max-age=5&vary=Cookie" });
  expect(answer).toMatchObject({ parts: [], head: { status: 304 } });
  expect(fieldsOf(answer)).toEqual({
    etag: '"bin-1024"',
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "cache-control": "public, max-age=5",
    vary: "Cookie",
  });
});

test("another size's If-Match is 412", () => {
  expect(get("1K", { headers: { "If-Match": '"bin-1"' } }).answer.head?.status).toBe(412);
});

test("what caches are to do is said in the query", () => {
  const { answer } = get("1K", { query: "?cache-control=no-store&vary=Accept" });
  expect(fieldsOf(answer)).toMatchObject({ "cache-control": "no-store", vary: "Accept" });
});

test("a hundred sizes are answered, each with its own bytes", () => {
  const handler = bin(tools());
  for (const size of [...Array(100).keys(), ...Array(100).keys()]) {
    const exchange = fakeExchange();
    void handler(exchange, { size: `${size}` });
    expect(exchange.text()).toBe(whole.slice(0, size));
  }
});

test("slow readers share one buffer", () => {
  const handler = bin(tools());
  const idle = { onDrain: () => {}, end: () => {}, abort: () => {} };
  const buffers = new Set<ArrayBufferLike>();
  for (const size of ["10G", "20G"]) {
    const exchange = fakeExchange();
    exchange.begin = () => ({
      ...idle,
      write: ({ buffer }) => {
        buffers.add(buffer);
        return false;
      },
    });
    void handler(exchange, { size });
  }
  expect(buffers.size).toBe(1);
});

test.each(["8192T", "-1", "1e3", "0x10", "NaN", "K", "1X", "", "9".repeat(400)])(
  "/bin/%s is refused with what would do",
  (size) => {
    const { answer, text } = get(size);
    expect(answer.head?.status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      error: expect.stringContaining("from 0 to 9007199254740991, like 11111, 10K or 1M"),
    });
  },
);

test.each(["?chunked=maybe", "?max-age=x", "?vary="])("%s is refused", (query) => {
  expect(get("1K", { query }).answer.head?.status).toBe(400);
});

interface Asked {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Got {
  readonly answer: FakeAnswer;
  readonly text: string;
}

function get(size: string, { method = "GET", query = "", headers = {} }: Asked = {}): Got {
  const target = `/bin/x${query}`;
  const exchange = fakeExchange({ method, target, headers: Object.entries(headers) });
  void bin(tools())(exchange, { size });
  return { answer: exchange.answer, text: exchange.text() };
}

/** Later turns never come: what is long stays open. */
function tools(): Parameters<typeof bin>[0] {
  return { pattern: pattern(2 ** 16), clock: new FakeClock(), soon: () => {} };
}

function fieldsOf({ head }: FakeAnswer): Record<string, string> {
  return Object.fromEntries(head?.fields ?? []);
}
