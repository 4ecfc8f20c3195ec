import { expect, test } from "bun:test";
import { rawClient } from "@breakwater/http-server/testing";
import type { ContentReader, Disk } from "../disk/disk.ts";
import { memoryDisk } from "../testing/memory-disk.ts";
import { outcomeOf, testStore } from "./testing/test-store.ts";

const bytes = 50_000_000;

/** A disk whose readers are seen. */
function watched(see: (reader: ContentReader) => ContentReader): Disk {
  const disk = memoryDisk({ maxBytes: 2 * bytes, pieceBytes: 65_536 });
  const read = disk.read.bind(disk);
  return Object.assign(disk, {
    read: (...args: Parameters<Disk["read"]>) => see(read(...args)),
  });
}

test("a client that leaves in the middle of a download closes what was read from", async () => {
  const closed = Promise.withResolvers<number>();
  const disk = watched((reader) => {
    let pieces = 0;
    return {
      next: () => {
        pieces += 1;
        return reader.next();
      },
      [Symbol.dispose]: () => closed.resolve(pieces),
    };
  });
  await using store = testStore({ disk });
  await store.client.send("PUT", "/bucket/large", { body: new Uint8Array(bytes) });
  {
    using client = await rawClient(Number(store.url.port));
    client.send(store.client.head("GET", "/bucket/large"));
    await client.receive("\r\n\r\n");
  }
  // No more was read than the client, and the kernel, would take.
  expect(await closed.promise).toBeLessThan(bytes / 65_536);
});

test("a download is no slower than its client, and whole", async () => {
  let pieces = 0;
  const disk = watched((reader) => ({
    next: () => {
      pieces += 1;
      const piece = reader.next();
      return pieces % 3 === 0 ? Promise.resolve(piece) : piece;
    },
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  }));
  await using store = testStore({ disk });
  await store.client.send("PUT", "/bucket/large", { body: new Uint8Array(bytes).fill(7) });
  const answer = await store.client.send("GET", "/bucket/large");
  const got = await answer.bytes();
  expect([got.length, got.every((byte) => byte === 7)]).toEqual([bytes, true]);
});

test.each([
  [
    "throws",
    (): never => {
      throw new Error("cannot read");
    },
  ],
  ["rejects", () => Promise.reject(new Error("cannot read"))],
])("a disk that %s in the middle cuts the answer, which its client notices", async (_how, fail) => {
  let pieces = 0;
  const disk = watched((reader) => ({
    next: () => {
      pieces += 1;
      return pieces > 3 ? fail() : reader.next();
    },
    [Symbol.dispose]: () => {},
  }));
  await using store = testStore({ disk });
  await store.client.send("PUT", "/bucket/large", { body: new Uint8Array(bytes) });
  const answer = await store.client.send("GET", "/bucket/large");
  expect(answer.status).toBe(200);
  expect(await answer.bytes().catch((error: unknown) => error)).toBeInstanceOf(Error);
  expect(store.errors).toEqual([new Error("cannot read")]);
  // Before the first byte there is still an answer to be given.
  const early = await store.client.send("GET", "/bucket/large");
  expect(await outcomeOf(early)).toBe("500 InternalError");
});
