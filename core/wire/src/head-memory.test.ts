import { expect, test } from "bun:test";
import { HeadMemory } from "./head-memory.ts";
import { ResponseDecoder } from "./response-decoder.ts";
import type { ResponseHead } from "./response-head.ts";
import { defaultLimits } from "./response-limits.ts";

const response = (etag: string, body = "ok"): Buffer =>
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nETag: ${etag}\r\n\r\n${body}`);

test("equal heads on two connections are one object", () => {
  const memory = new HeadMemory(defaultLimits);
  const [first] = headsOf([response("a")], memory);
  const [second] = headsOf([response("a", "ok")], memory);
  expect(second).toBe(first!);
});

test("a head of the same length with another value is another one", () => {
  const heads = headsOf(
    [response("a"), response("b"), response("a")],
    new HeadMemory(defaultLimits),
  );
  expect(heads.map((head) => head.header("etag"))).toEqual(["a", "b", "a"]);
});

test("a head whose length differs by as many as there are places is another one", () => {
  const long = `a${"x".repeat(64)}`;
  const heads = headsOf(
    [response("a"), response(long), response("a")],
    new HeadMemory(defaultLimits),
  );
  expect(heads.map((head) => head.header("etag"))).toEqual(["a", long, "a"]);
});

test("a head over 1 kB is read anew each time", () => {
  const [first, second] = headsOf(
    [response("x".repeat(1024)), response("x".repeat(1024))],
    new HeadMemory(defaultLimits),
  );
  expect(second).not.toBe(first!);
  expect(second?.header("etag")).toBe(first?.header("etag"));
});

test("what a head does not have is not found a second time either", () => {
  const [head] = headsOf([response("a")], new HeadMemory(defaultLimits));
  expect([head?.header("location"), head?.header("location")]).toEqual([undefined, undefined]);
  expect([head?.header("etag"), head?.header("etag")]).toEqual(["a", "a"]);
});

test("a head that comes in two parts does not disturb one on another connection", () => {
  const memory = new HeadMemory(defaultLimits);
  const heads: ResponseHead[] = [];
  const listener = { onHead: (head: ResponseHead) => heads.push(head), onEnd: () => {} };
  const slow = new ResponseDecoder(defaultLimits, listener, memory);
  const bytes = response("slow");
  slow.expect("GET");
  slow.push(bytes.subarray(0, 20));
  heads.push(...headsOf([response("quick"), response("other")], memory));
  slow.push(bytes.subarray(20));
  expect(heads.map((head) => head.header("etag"))).toEqual(["quick", "other", "slow"]);
});

function headsOf(responses: readonly Uint8Array[], memory: HeadMemory): ResponseHead[] {
  const heads: ResponseHead[] = [];
  const listener = { onHead: (head: ResponseHead) => heads.push(head), onEnd: () => {} };
  for (const bytes of responses) {
    const decoder = new ResponseDecoder(defaultLimits, listener, memory);
    decoder.expect("GET");
    decoder.push(bytes);
  }
  return heads;
}
