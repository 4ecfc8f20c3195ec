import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Receipt } from "../broker/broker.ts";
import type { AgentMeta, Envelope } from "../envelope/envelope.ts";
import { readEnvelope } from "../envelope/read-envelope.ts";
import { toMessage } from "../envelope/to-message.ts";
import { type ClientFrame, parseClientFrame } from "./client-frame.ts";
import {
  encodeDelivery,
  encodeError,
  encodeGoodbye,
  encodeHeartbeat,
  encodeQueryResponse,
  encodeReceipt,
  encodeRegistered,
  encodeSeen,
  encodeSnapshot,
  olderNotRegistered,
} from "./encode-frames.ts";
import type { ServerFrame } from "./server-frame.ts";

const context = {
  from: "ada",
  role: "planner",
  newId: () => "m-1",
  timestamp: () => "2026-01-31T12:00:00.000Z",
};
const messageOf = (input: unknown) => toMessage(readEnvelope(input, context) as Envelope, 0);
const parse = (text: string) => JSON.parse(text) as ServerFrame;

const direct = messageOf({ to: "bob", payload: { text: "hi" } });
const broadcast = messageOf({ payload: { text: "hi", more: 1 } });
const older = { id: "m-1", timestamp: "2026-01-31T12:00:00.000Z", from: "ada" };

describe("a message is delivered", () => {
  test.each([
    ["array", direct, undefined, ["env", direct.envelope]],
    ["array", direct, { attempt: 2 }, ["env", direct.envelope, { attempt: 2 }]],
    [
      "array",
      broadcast,
      { attempt: 1, cursor: '"5"' },
      ["env", broadcast.envelope, { attempt: 1, cursor: '"5"' }],
    ],
    ["object", direct, undefined, { type: "envelope", envelope: direct.envelope }],
    [
      "object",
      direct,
      { attempt: 1 },
      { type: "envelope", envelope: direct.envelope, delivery: { attempt: 1 } },
    ],
    ["message", direct, undefined, { ...older, to: "bob", message: "hi" }],
    [
      "message",
      broadcast,
      { attempt: 1, cursor: "5" },
      { ...older, message: { text: "hi", more: 1 }, delivery: { attempt: 1, cursor: "5" } },
    ],
  ] as const)("as %s: %#", (form, message, mark, expected) => {
    expect<unknown>(parse(encodeDelivery(message, form, mark))).toEqual(expected);
  });

  test("as the claude-bridge sent it, whatever it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (said) => {
        const message = JSON.parse(JSON.stringify(said)) as unknown;
        const text = JSON.stringify({ type: "message", message });
        const frame = parseClientFrame(text, { maxDepth: 100 }) as ClientFrame & {
          type: "message";
        };
        const delivered = encodeDelivery(messageOf(frame.envelope), "message", undefined);
        expect(JSON.parse(delivered)).toEqual({ ...older, message });
      }),
    );
  });
});

test("property: what goes in as JSON comes out as JSON in all forms", () => {
  const payloads = fc.oneof(
    fc.json(),
    fc.json().map((text) => `{"__proto__":${text},"text":1}`),
  );
  fc.assert(
    fc.property(payloads, (payload) => {
      const text = `{"type":"envelope","envelope":{"to":"bob","payload":${payload}}}`;
      const frame = parseClientFrame(text, { maxDepth: 100 }) as ClientFrame & { type: "envelope" };
      const message = messageOf(frame.envelope);
      const asArray = JSON.parse(encodeDelivery(message, "array", undefined)) as [string, Envelope];
      const asObject = JSON.parse(encodeDelivery(message, "object", { attempt: 1 })) as {
        envelope: Envelope;
      };
      const bare = JSON.parse(encodeDelivery(message, "message", undefined)) as object;
      const sent = JSON.stringify(JSON.parse(payload));
      expect(JSON.stringify(asArray[1].payload)).toBe(sent);
      expect(JSON.stringify(asObject.envelope.payload)).toBe(sent);
      expect(bare).toHaveProperty("message");
    }),
  );
});

describe("a receipt", () => {
  test.each<Receipt>([
    { id: "m-1", status: "delivered" },
    { id: 'm-"1"\\', status: "queued" },
    { id: "ä🙂", status: "dropped", reason: "queue_full" },
    { id: "m-1", status: "delivered", recipients: 0 },
    { id: "m-1", status: "delivered", recipients: 5, duplicate: true },
    { id: "m-1", status: "queued", duplicate: true },
  ])("%j", (receipt) => {
    expect<unknown>(parse(encodeReceipt(receipt))).toEqual({ type: "receipt", ...receipt });
  });
});

const client: AgentMeta = {
  id: "ada",
  role: "planner",
  labels: ["fast"],
  tools: [{ name: "search" }],
  intents: [],
  maxConcurrentTasks: 1,
  lastSeen: "2026-01-31T12:00:00.000Z",
  connectedAt: "2026-01-31T12:00:00.000Z",
};
const limits = {
  maxFrameBytes: 1_048_576,
  maxDepth: 64,
  clientTtlMs: 900_000,
  ackTimeoutMs: 30_000,
  window: 100,
};
const welcome = {
  client,
  connectedClients: ["ada", "bob"],
  history: [direct, broadcast],
  form: "array",
  clientToken: undefined,
  cursor: undefined,
  limits,
} as const;
const registered = {
  type: "registered",
  client,
  history: [direct.envelope, broadcast.envelope],
  clientId: "ada",
  connectedClients: ["ada", "bob"],
  limits,
};

describe("the bridge says", () => {
  test.each([
    ["registered", encodeRegistered(welcome), registered],
    [
      "registered, with a token and a cursor",
      encodeRegistered({ ...welcome, history: [], clientToken: "t", cursor: "5" }),
      { ...registered, history: [], clientToken: "t", cursor: "5" },
    ],
    [
      "registered, as the claude-bridge",
      encodeRegistered({ ...welcome, history: [direct], form: "message" }),
      { ...registered, history: [{ ...older, to: "bob", message: "hi" }] },
    ],
    [
      "what was asked for",
      encodeQueryResponse({
        id: "q",
        clients: ["ada"],
        agents: [client],
        history: [direct],
        form: "object",
      }),
      {
        type: "query_response",
        id: "q",
        clients: ["ada"],
        agents: [client],
        history: [direct.envelope],
      },
    ],
    [
      "what was asked for, as the claude-bridge",
      encodeQueryResponse({
        id: undefined,
        clients: [],
        agents: undefined,
        history: [direct],
        form: "message",
      }),
      {
        type: "query_response",
        clients: [],
        history: [{ ...older, to: "bob", message: "hi" }],
      },
    ],
    [
      "an error",
      encodeError({ code: "queue_full", message: "It is full", id: "m-1" }),
      { type: "error", error: "queue_full", message: "It is full", id: "m-1" },
    ],
    ["an older error", olderNotRegistered, { type: "error", error: "Not registered" }],
    [
      "goodbye",
      encodeGoodbye({ reason: "draining", reconnectAfterMs: 500 }),
      { type: "goodbye", reason: "draining", reconnectAfterMs: 500 },
    ],
    ["goodbye for good", encodeGoodbye({ reason: "slow" }), { type: "goodbye", reason: "slow" }],
    ["that it is there", encodeHeartbeat('h"'), { type: "heartbeat", id: 'h"' }],
    [
      "how it stands",
      encodeSnapshot({ agents: [client], mailboxes: [], figures: { queued: 1 }, atMs: 5 }),
      { type: "snapshot", agents: [client], mailboxes: [], figures: { queued: 1 }, atMs: 5 },
    ],
    [
      "what goes by",
      encodeSeen(direct, { read: true }),
      { type: "seen", envelope: direct.envelope },
    ],
    [
      "that something goes by",
      encodeSeen(direct, { read: false }),
      { type: "seen", ...older, to: "bob", intent: "agent.message", bytes: direct.bytes },
    ],
  ])("%s", (_, text, expected) => {
    expect<unknown>(parse(text)).toEqual(expected);
  });
});
