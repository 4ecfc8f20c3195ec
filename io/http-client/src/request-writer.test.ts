import { expect, test } from "bun:test";
import fc from "fast-check";
import { type RequestRest, type RequestSink, RequestWriter } from "./request-writer.ts";
import { streamOf } from "./testing/stream-of.ts";

const head = new TextEncoder().encode("POST / HTTP/1.1\r\n\r\n");

/** Takes so many bytes at a time; a turn later there is room again. */
class Sink implements RequestSink {
  readonly #roomBytes: number;
  readonly #ended = Promise.withResolvers<string>();
  readonly #writer: RequestWriter;
  text = "";

  constructor(roomBytes: number, rest: Partial<RequestRest>) {
    this.#roomBytes = roomBytes;
    this.#writer = new RequestWriter(this, {
      ...{ head, offset: 0, body: undefined, isChunked: true },
      ...rest,
    });
  }

  tryWrite(bytes: Uint8Array, offset: number): number {
    const took = bytes.subarray(offset, offset + this.#roomBytes);
    this.text += Buffer.from(took).toString("latin1");
    if (took.length < bytes.length - offset) setImmediate(() => this.#writer.resume());
    return took.length;
  }

  onSent(): void {
    this.#ended.resolve("sent");
  }

  onBodyFailed(reason: string): void {
    this.#ended.resolve(reason);
  }

  send(): Promise<string> {
    this.#writer.resume();
    return this.#ended.promise;
  }

  stop(): void {
    this.#writer.stop();
  }
}

const room = fc.integer({ min: 1, max: 40 });

test("head and body arrive whole, however little there is room for", async () => {
  await fc.assert(
    fc.asyncProperty(room, fc.nat(head.length), fc.string(), async (roomBytes, offset, body) => {
      const sink = new Sink(roomBytes, { offset, body: new TextEncoder().encode(body) });
      expect(await sink.send()).toBe("sent");
      const all = Buffer.from(body).toString("latin1");
      expect(sink.text).toBe(Buffer.from(head).toString().slice(offset) + all);
    }),
  );
});

test("a stream arrives in chunks, an empty one does not end it", async () => {
  await fc.assert(
    fc.asyncProperty(room, fc.array(fc.string({ maxLength: 20 })), async (roomBytes, parts) => {
      const body = streamOf(...parts.map((part) => new TextEncoder().encode(part)));
      const sink = new Sink(roomBytes, { body });
      expect(await sink.send()).toBe("sent");
      const chunks = parts
        .map((part) => Buffer.from(part).toString("latin1"))
        .filter((part) => part !== "")
        .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
      expect(sink.text).toBe(`POST / HTTP/1.1\r\n\r\n${chunks.join("")}0\r\n\r\n`);
    }),
  );
});

test("the next chunk is read when the one before is gone", async () => {
  const log: string[] = [];
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        log.push(`read at ${sink.text.length - head.length}`);
        if (log.length < 4) controller.enqueue(new Uint8Array(5));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const sink = new Sink(1, { body });
  expect(await sink.send()).toBe("sent");
  expect(log).toEqual(["read at 0", "read at 10", "read at 20", "read at 30"]);
});

test.each<[string, () => ReadableStream, string]>([
  [
    "that fails",
    () => new ReadableStream({ pull: (c) => c.error(new Error("no disk")) }),
    "no disk",
  ],
  ["of text", () => streamOf("text"), "its stream must give Uint8Array, not string"],
  [
    "with another reader",
    () => {
      const stream = new ReadableStream();
      stream.getReader();
      return stream;
    },
    "its stream is read by someone else",
  ],
])("a stream %s fails the request", async (_name, body, reason) => {
  expect(await new Sink(1000, { body: body() }).send()).toBe(reason);
});

test("a stream that nobody waits for any more is told so", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const body = new ReadableStream<Uint8Array>({ cancel: () => resolve("cancelled") });
  const sink = new Sink(1000, { body });
  const sending = sink.send();
  sink.stop();
  expect(await Promise.race([promise, sending])).toBe("cancelled");
});
