import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isMistake, type Mistake } from "../envelope/mistake.ts";
import { parseClientFrame } from "./client-frame.ts";

const limits = { maxDepth: 8, maxFrameChars: 100_000 };
const parse = (text: string) => parseClientFrame(text, limits);

const registerLeftOut = {
  type: "register",
  clientId: undefined,
  role: "agent",
  labels: [],
  tools: [],
  intents: [],
  maxConcurrentTasks: 1,
  authToken: undefined,
  clientToken: undefined,
  delivery: undefined,
  receipts: false,
  acks: false,
  window: 100,
  resume: undefined,
};
const register = {
  type: "register",
  clientId: "ada",
  role: "planner",
  labels: ["fast"],
  tools: [{ name: "search" }, "shell"],
  intents: ["task.assign"],
  maxConcurrentTasks: 4,
  authToken: "secret",
  clientToken: "0123456789abcdef",
  delivery: "object",
  receipts: true,
  acks: true,
  window: 1000,
  resume: "17",
};

describe("a client's frame", () => {
  test.each([
    [{ type: "register" }, registerLeftOut],
    [{ type: "register", clientId: "", role: null, labels: null, acks: null }, registerLeftOut],
    [register, register],
    [
      { type: "register", clientToken: true, delivery: "message" },
      { ...registerLeftOut, clientToken: true, delivery: "message" },
    ],
    [{ type: "heartbeat" }, { type: "heartbeat", id: undefined }],
    [
      { type: "heartbeat", id: "h-1", at: 5 },
      { type: "heartbeat", id: "h-1" },
    ],
    [
      { type: "envelope", envelope: { to: "bob" } },
      { type: "envelope", envelope: { to: "bob" } },
    ],
    [{ type: "envelope" }, { type: "envelope", envelope: undefined }],
    [
      { type: "ack", id: "m-1" },
      { type: "ack", ids: ["m-1"], hold: false },
    ],
    [
      { type: "ack", ids: ["m-1", "m-2"], hold: true },
      { type: "ack", ids: ["m-1", "m-2"], hold: true },
    ],
    [{ type: "query" }, { type: "query", limit: 50, id: undefined, agents: false }],
    [
      { type: "query", limit: 1e9, id: "q", agents: true },
      { type: "query", limit: 1e9, id: "q", agents: true },
    ],
    [
      { type: "message", message: "hi", to: "bob" },
      { type: "message", envelope: { to: "bob", payload: { text: "hi" } } },
    ],
    [
      { type: "message", message: { any: 1 } },
      { type: "message", envelope: { to: undefined, payload: { text: { any: 1 } } } },
    ],
    [{ type: "observe" }, { type: "observe", authToken: undefined, adminToken: undefined }],
    [
      { type: "observe", authToken: "a", adminToken: "b" },
      { type: "observe", authToken: "a", adminToken: "b" },
    ],
  ])("%j", (frame, expected) => {
    expect<unknown>(parse(JSON.stringify(frame))).toEqual(expected);
  });
});

describe("a frame is refused", () => {
  test.each([
    ["", "bad_json", "A frame has to be JSON, and these 0 characters are not"],
    ["{type:'heartbeat'}", "bad_json", "A frame has to be JSON, and these 18 characters are not"],
    ['{"authToken":"secret"', "bad_json", "A frame has to be JSON, and these 21 characters"],
    ["null", "bad_frame", "A frame is an object with a type, not null"],
    ["5", "bad_frame", "A frame is an object with a type, not 5"],
    ['"register"', "bad_frame", 'A frame is an object with a type, not "register"'],
    ['["env",{}]', "bad_frame", "A frame is an object with a type, not an array of 2"],
    ["{}", "bad_frame", "A frame's type cannot be undefined: there are register, heartbeat,"],
    ['{"type":7}', "bad_frame", "A frame's type cannot be 7"],
    ['{"type":["register"]}', "bad_frame", "A frame's type cannot be an array of 1"],
    ['{"type":"hello"}', "unknown_type", 'No frame has the type "hello": there are register,'],
    ['{"type":"constructor"}', "unknown_type", 'No frame has the type "constructor"'],
    ['{"type":"__proto__"}', "unknown_type", 'No frame has the type "__proto__"'],
    ['{"__proto__":{"type":"heartbeat"}}', "bad_frame", "A frame's type cannot be undefined"],
    [
      `{"type":"envelope","envelope":{"payload":[[[[[[[]]]]]]]}}`,
      "too_deep",
      "A frame of 57 characters is too deep",
    ],
    ['{"type":"ack"}', "bad_frame", "An ack cannot be of undefined: an id is 1 to 128 characters"],
    [
      '{"type":"ack","ids":[]}',
      "bad_frame",
      "An ack has an id, or 1 to 1000 ids, not an array of 0",
    ],
    ['{"type":"ack","ids":"m"}', "bad_frame", 'An ack has an id, or 1 to 1000 ids, not "m"'],
    ['{"type":"ack","ids":["m",1]}', "bad_frame", "An ack cannot be of 1: an id is"],
    ['{"type":"ack","id":"m","hold":1}', "bad_frame", "An ack's hold is true or false, not 1"],
    ['{"type":"heartbeat","id":5}', "bad_frame", "A heartbeat's id cannot be 5: it is"],
    [
      '{"type":"query","limit":0}',
      "bad_frame",
      "A query's limit cannot be 0: it is a whole number",
    ],
    ['{"type":"query","limit":-1}', "bad_frame", "A query's limit cannot be -1"],
    ['{"type":"query","limit":"abc"}', "bad_frame", 'A query\'s limit cannot be "abc"'],
    ['{"type":"query","limit":1e400}', "bad_frame", "A query's limit cannot be Infinity"],
    ['{"type":"query","id":"\\n"}', "bad_frame", "A query's id cannot be"],
    ['{"type":"query","agents":1}', "bad_frame", "A query's agents is true or false, not 1"],
    ['{"type":"message"}', "bad_frame", "A frame of type message needs a message"],
    ['{"type":"observe","adminToken":5}', "bad_frame", "An observer's adminToken has to be a text"],
  ] as const)("%s: %s, %s", (text, code, start) => {
    const mistake = parse(text) as Mistake;
    expect(mistake.code).toBe(code);
    expect(mistake.message).toStartWith(start);
    expect(mistake.message).not.toEndWith(".");
  });

  test("if it is longer than it may be", () => {
    expect<unknown>(parse(" ".repeat(100_001))).toEqual({
      code: "frame_too_large",
      message: "A frame cannot have 100001 characters: it has at most 100000",
    });
  });

  test("if it is as deep as it is long", () => {
    expect((parse("[".repeat(50_000)) as Mistake).code).toBe("too_deep");
    expect((parse('{"a":'.repeat(20_000)) as Mistake).code).toBe("too_deep");
  });

  test("if an ack has more ids than a window has", () => {
    const ids = Array.from({ length: 1001 }, (_, index) => `m-${index}`);
    expect((parse(JSON.stringify({ type: "ack", ids })) as Mistake).code).toBe("bad_frame");
  });
});

describe("a register frame is refused", () => {
  test.each([
    [{ clientId: 5 }, "A client's clientId cannot be 5: it is 1 to 128 characters without"],
    [{ clientId: "a\u0000" }, 'A client\'s clientId cannot be "a\\u0000"'],
    [{ clientId: "i".repeat(129) }, "A client's clientId cannot be"],
    [{ role: {} }, "A client's role cannot be an object"],
    [
      { labels: "fast" },
      'A client\'s labels cannot be "fast": it is an array of at most 100 texts',
    ],
    [{ labels: [1] }, "A client's labels cannot be an array of 1"],
    [{ tools: {} }, "A client's tools cannot be an object: it is an array"],
    [{ intents: [null] }, "A client's intents cannot be an array of 1"],
    [{ maxConcurrentTasks: 0 }, "A client's maxConcurrentTasks cannot be 0: it is a whole number"],
    [{ maxConcurrentTasks: 1.5 }, "A client's maxConcurrentTasks cannot be 1.5"],
    [{ authToken: 5 }, "A client's authToken cannot be what it is: it is a text of at most 4096"],
    [
      { clientToken: "tooshort" },
      "A client's clientToken cannot be what it is: it is a text of 16",
    ],
    [{ clientToken: false }, "A client's clientToken cannot be what it is"],
    [
      { delivery: "xml" },
      'A client\'s delivery cannot be "xml": it is "array", "object", "message"',
    ],
    [{ receipts: 1 }, "A client's receipts cannot be 1: it is true or false"],
    [{ acks: "yes" }, 'A client\'s acks cannot be "yes"'],
    [{ window: 1001 }, "A client's window cannot be 1001: it is a whole number from 1 to 1000"],
    [{ resume: 17 }, "A client's resume cannot be 17: it is a cursor that the bridge has given"],
  ])("%j: %s", (fields, start) => {
    const mistake = parse(JSON.stringify({ type: "register", ...fields })) as Mistake;
    expect(mistake.code).toBe("bad_register");
    expect(mistake.message).toStartWith(start);
    expect(mistake.message).not.toEndWith(".");
  });
});

test("a register frame is refused that has more than 100 labels", () => {
  const text = JSON.stringify({ type: "register", labels: Array(101).fill("l") });
  expect((parse(text) as Mistake).message).toStartWith(
    "A client's labels cannot be an array of 101",
  );
});

test("a register frame is refused that is longer than what is kept of a client", () => {
  const text = JSON.stringify({ type: "register", tools: ["t".repeat(65_536)] });
  expect<unknown>(parse(text)).toEqual({
    code: "bad_register",
    message: `A register frame cannot have ${text.length} characters: it has at most 65536`,
  });
});

describe("property: nothing that a client sends throws", () => {
  const types = ["register", "heartbeat", "envelope", "ack", "query", "message", "observe", "?"];
  const fields = fc.constantFrom(...Object.keys(register), "ids", "id", "limit", "message", "to");
  const frames = fc
    .record({
      type: fc.oneof(fc.constantFrom(...types), fc.jsonValue()),
      rest: fc.dictionary(fields, fc.jsonValue({ maxDepth: 3 })),
    })
    .map(({ type, rest }) => JSON.stringify({ ...rest, type }));
  test.each([
    ["texts", fc.string({ unit: "binary" })],
    ["JSON", fc.json()],
    ["frames", frames],
    ["cut frames", fc.tuple(frames, fc.nat(200)).map(([text, end]) => text.slice(0, end))],
  ])("%s", (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const frame = parse(text);
        return isMistake(frame) ? frame.message.length < 400 : types.includes(frame.type);
      }),
    );
  });
});
