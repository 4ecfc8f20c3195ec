import { expect, test } from "bun:test";
import type { ObjectStore, StreamBody } from "../object-store.ts";
import { caught } from "./caught.ts";

const MIB = 1_048_576;
const pattern: Uint8Array = Uint8Array.from({ length: 3 * MIB }, (_, index) => (index * 7) % 251);

/** Ranges, streams both ways, and giving up. */
export function testBodies(open: () => Promise<ObjectStore>): void {
  test.each([
    [{ first: 0, last: 0 }, "0"],
    [{ first: 2, last: 5 }, "2345"],
    [{ first: 7 }, "789"],
    [{ first: 8, last: 100 }, "89"],
  ])("reads the range %j", async (range, text) => {
    await using store = await open();
    await store.put("key", "0123456789");
    const found = await store.get("key", { range });
    expect(found).toMatchObject({ bytes: 10, bodyBytes: text.length });
    expect(await found!.toText()).toBe(text);
  });

  test("a range beyond the end is no range", async () => {
    await using store = await open();
    await store.put("key", "0123456789");
    expect((await caught(store.get("key", { range: { first: 10 } }))).code).toBe("bad_range");
    expect(await store.get("none", { range: { first: 10 } })).toBeUndefined();
  });

  test("an empty object is one", async () => {
    await using store = await open();
    await store.put("bytes", new Uint8Array());
    await store.put("stream", streamBody(new Uint8Array(), 1));
    for (const key of ["bytes", "stream"]) {
      const found = await store.get(key);
      expect(found).toMatchObject({ bytes: 0, bodyBytes: 0 });
      expect(await found!.toBytes()).toEqual(new Uint8Array());
    }
  });

  test.each([1000, 65_536, 100_003])("sends a stream in pieces of %d", async (pieceBytes) => {
    await using store = await open();
    await store.put("key", streamBody(pattern, pieceBytes));
    const found = await store.get("key");
    expect(found!.bytes).toBe(pattern.length);
    expect(Buffer.compare(await found!.toBytes(), pattern)).toBe(0);
  });

  test("reads a body slowly, in pieces that make up the whole", async () => {
    await using store = await open();
    await store.put("key", pattern);
    const found = await store.get("key");
    const pieces: Uint8Array[] = [];
    for await (const piece of found!.body) {
      pieces.push(piece.slice());
      await new Promise(setImmediate);
    }
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.compare(Buffer.concat(pieces), pattern)).toBe(0);
  });

  test("a body may be cancelled, and the store goes on", async () => {
    await using store = await open();
    await store.put("key", pattern);
    for (let round = 0; round < 5; round += 1) {
      const found = await store.get("key");
      const reader = found!.body.getReader();
      expect((await reader.read()).done).toBe(false);
      await reader.cancel();
    }
    expect((await store.head("key"))?.bytes).toBe(pattern.length);
  });

  test("a body is read once", async () => {
    await using store = await open();
    await store.put("key", "text");
    const found = await store.get("key");
    await found!.toBytes();
    expect((await caught(found!.toBytes())).code).toBe("bad_request");
  });

  test.each([
    ["fewer", 10],
    ["more", -10],
  ])("a stream that gives %s bytes than it said puts nothing", async (_what, difference) => {
    await using store = await open();
    const body = { ...streamBody(pattern, 65_536), bytes: pattern.length + difference };
    expect((await caught(store.put("key", body))).code).toBe("bad_request");
    expect(await store.head("key")).toBeUndefined();
  });

  test("a stream that fails puts nothing, and says why", async () => {
    await using store = await open();
    const reason = new Error("the disk broke");
    let pieces = 0;
    const open_ = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pieces += 1;
          if (pieces < 10) controller.enqueue(pattern.slice(0, 65_536));
          else controller.error(reason);
        },
      });
    const error = await caught(store.put("key", { bytes: pattern.length, open: open_ }));
    expect(error).toMatchObject({ code: "bad_request", cause: reason });
    expect(await store.head("key")).toBeUndefined();
  });

  test("what was given up before it began does nothing", async () => {
    await using store = await open();
    const signal = AbortSignal.abort();
    expect((await caught(store.put("key", "x", { signal }))).code).toBe("aborted");
    expect((await caught(store.get("key", { signal }))).code).toBe("aborted");
    expect((await caught(store.list({ signal }))).code).toBe("aborted");
    expect(await store.head("key")).toBeUndefined();
  });

  test("a put may be given up half way, and its stream is cancelled", async () => {
    await using store = await open();
    const giveUp = new AbortController();
    const { promise: isCancelled, resolve } = Promise.withResolvers<boolean>();
    let pieces = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pieces += 1;
          if (pieces < 5) controller.enqueue(pattern.slice(0, 65_536));
          else giveUp.abort();
        },
        cancel: () => resolve(true),
      },
      { highWaterMark: 0 },
    );
    const body = { bytes: pattern.length, open: () => stream };
    const error = await caught(store.put("key", body, { signal: giveUp.signal }));
    expect(error.code).toBe("aborted");
    expect(await isCancelled).toBe(true);
    expect(await store.head("key")).toBeUndefined();
  });

  test("a get may be given up while its body is read", async () => {
    await using store = await open();
    await store.put("key", pattern);
    const giveUp = new AbortController();
    const found = await store.get("key", { signal: giveUp.signal });
    const reader = found!.body.getReader();
    await reader.read();
    giveUp.abort();
    const readAll = async (): Promise<void> => {
      while (!(await reader.read()).done) await new Promise(setImmediate);
    };
    expect((await caught(readAll())).code).toBe("aborted");
  });
}

function streamBody(bytes: Uint8Array, pieceBytes: number): StreamBody {
  const open = (): ReadableStream<Uint8Array> => {
    let offset = 0;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (offset < bytes.length) controller.enqueue(bytes.slice(offset, offset + pieceBytes));
        else controller.close();
        offset += pieceBytes;
      },
    });
  };
  return { bytes: bytes.length, open };
}
