import { test } from "bun:test";
import { compare } from "../../../../tools/compare.ts";
import { readEnvelope } from "../envelope/read-envelope.ts";
import { toMessage } from "../envelope/to-message.ts";
import type { Envelope } from "../index.ts";
import { type ClientFrame, parseClientFrame } from "./client-frame.ts";
import { encodeDelivery } from "./encode-frames.ts";

const payload = { text: "x".repeat(100), list: [1, 2, 3], more: "y".repeat(60) };
const frames = Array.from({ length: 64 }, (_, index) => {
  const envelope = {
    id: crypto.randomUUID(),
    to: `agent-${index}`,
    intent: "task.assign",
    payload,
  };
  return JSON.stringify({ type: "envelope", envelope });
});
const context = {
  from: "agent-3",
  role: "agent",
  newId: () => "",
  timestamp: () => "2026-01-31T12:00:00.000Z",
};
const read = (text: string) => {
  const frame = parseClientFrame(text, { maxDepth: 64 }) as ClientFrame & { type: "envelope" };
  return readEnvelope(frame.envelope, context) as Envelope;
};
const envelopes = frames.map(read);

test("bench: a direct message through the codec (at most 4 µs)", () => {
  compare("a frame of 330 bytes, its payload 190", [
    {
      name: "JSON.parse and JSON.stringify alone",
      run: each((index) => {
        JSON.parse(frames[index]!);
        return `["env",${JSON.stringify(envelopes[index])}]`;
      }),
    },
    {
      name: "parsed, checked, counted, encoded",
      run: each((index) => encodeDelivery(toMessage(read(frames[index]!), 0), "array", undefined)),
    },
  ]);
});

function each(encode: (index: number) => string) {
  return (times: number): number => {
    let length = 0;
    for (let index = 0; index < times; index += 1) length += encode(index & 63).length;
    return length;
  };
}
