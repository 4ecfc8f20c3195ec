import { expect, test } from "bun:test";
import fc from "fast-check";
import { MessageDecoder } from "./message-decoder.ts";

function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, 5);
  return bytes;
}

/** Pushes parts, each in memory that is used again, and takes messages where `takes` says so. */
function decode(parts: readonly Uint8Array[], takes: readonly boolean[]): Uint8Array[] {
  const decoder = new MessageDecoder({ maxMessageBytes: 1000 });
  const messages: Uint8Array[] = [];
  const take = (): void => {
    for (let next = decoder.next(); next; next = decoder.next()) {
      messages.push(next.bytes.slice(next.from, next.to));
    }
  };
  for (const [index, part] of parts.entries()) {
    const memory = part.slice();
    decoder.push(memory);
    if (takes[index % takes.length]) take();
    decoder.keep();
    memory.fill(0xff);
  }
  take();
  expect(decoder.heldBytes).toBe(0);
  return messages;
}

test("messages come out as they went in, however they are cut and whenever they are taken", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 });
  const takes = fc.array(fc.boolean(), { minLength: 1 });
  fc.assert(
    fc.property(messages, cuts, takes, (sent, sizes, whether) => {
      const body = new Uint8Array(Buffer.concat(sent.map(framed)));
      const parts: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < body.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        parts.push(body.subarray(at, at + size));
        at += size;
      }
      expect(decode(parts, whether)).toEqual(sent);
    }),
  );
});

test.each([
  ["longer than the limit", [0, 0, 0, 3, 233], "RESOURCE_EXHAUSTED"],
  ["of four gigabytes", [0, 255, 255, 255, 255], "RESOURCE_EXHAUSTED"],
  ["with a flag that nobody knows", [2, 0, 0, 0, 0], "INTERNAL"],
])("a message %s is refused before it has come", (_name, prefix, code) => {
  const decoder = new MessageDecoder({ maxMessageBytes: 1000 });
  decoder.push(new Uint8Array(prefix));
  expect(() => decoder.next()).toThrow(expect.objectContaining({ code }));
});
