import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isMistake, type Mistake } from "./mistake.ts";
import { type EnvelopeContext, readEnvelope } from "./read-envelope.ts";

const context: EnvelopeContext = {
  from: "ada",
  role: "planner",
  newId: () => "made-id",
  timestamp: () => "2026-01-31T12:00:00.000Z",
};
const leftOut = {
  id: "made-id",
  timestamp: "2026-01-31T12:00:00.000Z",
  intent: "agent.message",
  taskId: null,
  channel: "default",
  priority: "normal",
  from: "ada",
  role: "planner",
  to: null,
  replyTo: null,
  context: {},
  payload: {},
  tools: [],
  attachments: [],
  trace: {},
};
const allNull = Object.fromEntries(Object.keys(leftOut).map((name) => [name, null]));
const full = {
  id: "m-1",
  timestamp: "2025-12-31T23:59:59.999+01:00",
  intent: "task.assign",
  taskId: "t-1",
  channel: "work",
  priority: "high",
  from: "ada",
  role: "critic",
  to: "bob",
  replyTo: "m-0",
  context: { a: [1] },
  payload: { text: "grüße 🙂", deep: [{ null: null }] },
  tools: [{ name: "search" }],
  attachments: ["file"],
  trace: { hop: 1 },
};

describe("an envelope", () => {
  test.each([
    ["with nothing in it gets everything", {}, leftOut],
    ["has null for what is left out, but for the payload", allNull, { ...leftOut, payload: null }],
    ["keeps what it has", full, full],
    ["to an empty text goes to all", { to: "", id: "", from: "", intent: "" }, leftOut],
    ["loses what it does not know", { to: "bob", bcc: "eve" }, { ...leftOut, to: "bob" }],
    ["has any JSON as its payload: a text", { payload: "x" }, { ...leftOut, payload: "x" }],
    ["has any JSON as its payload: false", { payload: false }, { ...leftOut, payload: false }],
    ["has ids of any script", { to: "ägent-🙂" }, { ...leftOut, to: "ägent-🙂" }],
    ["has ids of 128 characters", { to: "i".repeat(128) }, { ...leftOut, to: "i".repeat(128) }],
  ])("%s", (_, input, expected) => {
    expect<unknown>(readEnvelope(input, context)).toEqual(expected);
  });

  test("is not led astray by a client's __proto__ and constructor", () => {
    const input: unknown = JSON.parse(
      '{"__proto__":{"from":"eve","to":"eve"},"constructor":1,"payload":{"__proto__":{"a":1}}}',
    );
    const envelope = readEnvelope(input, context);
    expect(JSON.stringify(envelope)).toBe(
      JSON.stringify({ ...leftOut, payload: "?" }).replace('"?"', '{"__proto__":{"a":1}}'),
    );
    expect(Object.getPrototypeOf(envelope)).toBe(Object.prototype);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});

describe("an envelope is refused", () => {
  const long = "i".repeat(129);
  test.each([
    [null, "bad_envelope", "An envelope is an object, not null"],
    [[{}], "bad_envelope", "An envelope is an object, not an array of 1"],
    ["hello", "bad_envelope", 'An envelope is an object, not "hello"'],
    [undefined, "bad_envelope", "An envelope is an object, not undefined"],
    [{ from: "eve" }, "forged_from", 'An envelope of "ada" cannot be from "eve": leave it out'],
    [{ from: 7 }, "forged_from", 'An envelope of "ada" cannot be from 7: leave it out'],
    [
      { to: ["bob", "eve"] },
      "bad_envelope",
      "One frame goes to one: send an envelope to each of the 2 recipients",
    ],
    [{ to: 7 }, "bad_envelope", "An envelope's to cannot be 7: it is 1 to 128 characters without"],
    [
      { to: long },
      "bad_envelope",
      `An envelope's to cannot be "${"i".repeat(40)}"…: it is 1 to 128`,
    ],
    [{ to: "a\nb" }, "bad_envelope", 'An envelope\'s to cannot be "a\\nb": it is'],
    [{ to: "a\u0085" }, "bad_envelope", "An envelope's to cannot be"],
    [{ to: "🙂\u007f" }, "bad_envelope", "An envelope's to cannot be"],
    [{ to: "\ud83d" }, "bad_envelope", 'An envelope\'s to cannot be "\\ud83d"'],
    [{ to: "🙂\ude42" }, "bad_envelope", "An envelope's to cannot be"],
    [{ id: {} }, "bad_envelope", "An envelope's id cannot be an object"],
    [{ id: "\0" }, "bad_envelope", 'An envelope\'s id cannot be "\\u0000"'],
    [{ replyTo: true }, "bad_envelope", "An envelope's replyTo cannot be true"],
    [
      { timestamp: 1 },
      "bad_envelope",
      "An envelope's timestamp cannot be 1: it is a time as 2026-",
    ],
    [{ timestamp: "yesterday" }, "bad_envelope", 'An envelope\'s timestamp cannot be "yesterday"'],
    [{ intent: 5 }, "bad_envelope", "An envelope's intent cannot be 5: it is 1 to 256 characters"],
    [{ channel: "c".repeat(257) }, "bad_envelope", "An envelope's channel cannot be"],
    [{ taskId: 12 }, "bad_envelope", "An envelope's taskId cannot be 12"],
    [{ priority: 1 }, "bad_envelope", "An envelope's priority cannot be 1"],
    [{ role: [] }, "bad_envelope", "An envelope's role cannot be an array of 0"],
    [{ tools: {} }, "bad_envelope", "An envelope's tools cannot be an object: it is an array"],
    [
      { attachments: "" },
      "bad_envelope",
      'An envelope\'s attachments cannot be "": it is an array',
    ],
    [
      { context: [] },
      "bad_envelope",
      "An envelope's context cannot be an array of 0: it is an object",
    ],
    [{ trace: 0 }, "bad_envelope", "An envelope's trace cannot be 0: it is an object"],
  ] as const)("%p: %s, %s", (input, code, start) => {
    const mistake = readEnvelope(input, context) as Mistake;
    expect(mistake.code).toBe(code);
    expect(mistake.message).toStartWith(start);
    expect(mistake.message).not.toEndWith(".");
  });

  test("if its sender's id, given by HTTP, is none", () => {
    const mistake = readEnvelope({ from: "a\n" }, { ...context, from: "a\n" }) as Mistake;
    expect(mistake.message).toStartWith('An envelope\'s from cannot be "a\\n": it is 1 to 128');
  });

  test.each([
    ["if there is one", { id: "m-1", to: 7 }, "m-1"],
    ["if from is forged", { id: "m-1", from: "eve" }, "m-1"],
    ["unless it is none", { id: "", to: 7 }, undefined],
    ["unless it is no id", { id: "\n", to: 7 }, undefined],
  ])("with its id, %s", (_, input, id) => {
    expect((readEnvelope(input, context) as Mistake).id).toBe(id);
  });
});

test("property: any JSON is an envelope of this sender or a mistake, never thrown", () => {
  const names = fc.constantFrom("__proto__", "code", "toString", ...Object.keys(leftOut));
  const inputs = fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue()));
  fc.assert(
    fc.property(inputs, (input) => {
      const read = readEnvelope(input, context);
      if (isMistake(read)) return read.message.length < 400;
      return read.from === "ada" && Object.keys(read).join() === Object.keys(leftOut).join();
    }),
  );
});
