import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Envelope } from "./envelope.ts";
import { type EnvelopeContext, readEnvelope } from "./read-envelope.ts";
import { restoreMessage, toMessage } from "./to-message.ts";
import { utf8Length } from "./utf8-length.ts";

const context: EnvelopeContext = {
  from: "ada",
  role: "planner",
  newId: () => "made-id",
  timestamp: () => "2026-01-31T12:00:00.000Z",
};
const envelopes = fc
  .record(
    {
      payload: fc.jsonValue(),
      context: fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()),
      tools: fc.array(fc.jsonValue()),
      to: fc.constantFrom("bob", "ägent-🙂", '"\\', null),
    },
    { requiredKeys: [] },
  )
  .map((input) => readEnvelope(JSON.parse(JSON.stringify(input)), context) as Envelope);

test("property: a message is its envelope as JSON, and its bytes are those sent", () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const message = toMessage(envelope, 5);
      expect(JSON.parse(message.json)).toEqual(envelope);
      expect(message.bytes).toBe(Buffer.byteLength(message.json));
    }),
  );
});

test("property: what is kept as JSON is the same message when it is restored", () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const message = toMessage(envelope, 5);
      expect(restoreMessage(message.json, 5)).toEqual(message);
    }),
  );
});

test.each([
  "",
  "null",
  "[]",
  "{}",
  '{"id":"1","from":"ada"',
  '{"id":"1","from":"ada"}',
  '{"id":"","from":"ada","timestamp":"2026-01-31T12:00:00Z"}',
  '{"id":"1","from":"a\\u0000","timestamp":"2026-01-31T12:00:00Z"}',
  '{"id":"1","from":"ada","timestamp":"then"}',
  '{"id":"1","from":"ada","timestamp":"2026-01-31T12:00:00Z","to":7}',
])("what is no envelope is not restored: %s", (json) => {
  expect(restoreMessage(json, 0)).toBeUndefined();
});

test("what is deeper than can be parsed is not restored", () => {
  expect(restoreMessage("[".repeat(1_000_000), 0)).toBeUndefined();
});

test("property: the bytes of any text, however long, are those of its UTF-8", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  const halves = fc.constantFrom("", "\ud83d", "\ude42", "a\ud83d\ud83d\ude42");
  fc.assert(
    fc.property(texts, halves, fc.nat(20_000), (text, half, repeats) => {
      const whole = text + half + text.repeat(text.length < 20 ? repeats : 1);
      expect(utf8Length(whole)).toBe(Buffer.byteLength(whole));
    }),
  );
});
