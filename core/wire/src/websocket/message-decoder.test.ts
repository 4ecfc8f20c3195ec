import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeClose, encodeFrame } from "./frame-encoder.ts";
import { MessageDecoder, type MessageLimits } from "./message-decoder.ts";

const limits: MessageLimits = { maxMessageBytes: 1_000_000, mayCompress: false };

/** What the decoder tells of these bytes, in words. */
function decode(chunks: readonly Uint8Array[], options: Partial<MessageLimits> = {}): string[] {
  const seen: string[] = [];
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const decoder = new MessageDecoder(
    { ...limits, ...options },
    {
      onMessage: (kind, payload, isCompressed) =>
        seen.push(`${kind}${isCompressed ? " compressed" : ""} ${hex(payload)}`),
      onPing: (payload) => seen.push(`ping ${hex(payload)}`),
      onPong: (payload) => seen.push(`pong ${hex(payload)}`),
      onClose: (code, reason) => seen.push(`close ${code} ${reason}`),
      onViolation: (code, message) => seen.push(`violation ${code} ${message}`),
    },
  );
  for (const chunk of chunks) decoder.push(chunk);
  return seen;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const hexBytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("RFC 6455 5.7's examples", () => {
  test.each([
    ["a text", "81 05 48656c6c6f", ["text 48656c6c6f"]],
    ["a text in two frames", "01 03 48656c 80 02 6c6f", ["text 48656c6c6f"]],
    ["a ping", "89 05 48656c6c6f", ["ping 48656c6c6f"]],
    ["a pong", "8a 05 48656c6c6f", ["pong 48656c6c6f"]],
    ["256 bytes", `82 7e 0100 ${"ab".repeat(256)}`, [`binary ${"ab".repeat(256)}`]],
    ["64 KiB", `82 7f 0000000000010000 ${"cd".repeat(65_536)}`, [`binary ${"cd".repeat(65_536)}`]],
    ["a close without a code", "88 00", ["close undefined "]],
    ["a close with code and reason", "88 05 03e8 627965", ["close 1000 bye"]],
  ])("%s", (_, hex, wanted) => {
    expect(decode([hexBytes(hex)])).toEqual(wanted);
  });

  test("a masked text", () => {
    const frame = encodeFrame("text", bytes("Hello"), { mask: 0x37fa213d });
    expect(Buffer.from(frame).toString("hex")).toBe("818537fa213d7f9f4d5158");
  });
});

test.each([
  ["a masked frame", "81 80 00000000", "1002 a server's frames are not masked"],
  ["a reserved opcode", "83 00", "1002 opcode 3 is reserved"],
  ["a reserved bit", "a1 00", "1002 reserved bits are set that nothing was agreed on"],
  [
    "compression nobody agreed on",
    "c1 00",
    "1002 reserved bits are set that nothing was agreed on",
  ],
  ["a fragmented ping", "09 00", "1002 a ping frame cannot be fragmented"],
  ["a long ping", "89 7e 007e", "1002 a ping frame of 126 bytes"],
  ["a continuation of nothing", "80 00", "1002 a continuation of no message"],
  ["a message in a message", "01 00 81 00", "1002 a message inside a message"],
  ["half a close code", "88 01 03", "1002 a close frame without a code that may be sent"],
  [
    "a close code that is never sent",
    "88 02 03ee",
    "1002 a close frame without a code that may be sent",
  ],
  ["a reason that is no text", "88 04 03e8 c328", "1007 the reason of a close frame is not UTF-8"],
  [
    "a message beyond the limit",
    "82 7f 00000000000f4241",
    "1009 a message beyond 1000000 bytes or 65536 frames",
  ],
  [
    "frames that are together beyond it",
    `02 7e 0002 0000 80 7f 00000000000f4240`,
    "1009 a message beyond 1000000 bytes or 65536 frames",
  ],
])("%s is refused, and nothing behind it is read", (_, hex, wanted) => {
  expect(decode([hexBytes(`${hex} 81 00`)])).toEqual([`violation ${wanted}`]);
});

test("nothing is read behind a close", () => {
  expect(decode([hexBytes("88 00 81 00")])).toEqual(["close undefined "]);
});

test("a control frame may come inside a message", () => {
  expect(decode([hexBytes("01 01 41 89 00 80 01 42")])).toEqual(["ping ", "text 4142"]);
});

test("the bit for compression counts for the whole message", () => {
  const hex = "41 01 41 80 01 42 81 01 43";
  expect(decode([hexBytes(hex)], { mayCompress: true })).toEqual([
    "text compressed 4142",
    "text 43",
  ]);
});

test("a close reason that is too long is cut between characters", () => {
  const payload = encodeClose(1000, `${"x".repeat(122)}ü`);
  expect(decode([encodeFrame("close", payload)])).toEqual([`close 1000 ${"x".repeat(122)}`]);
});

interface Sent {
  readonly kind: "text" | "binary";
  readonly parts: readonly Uint8Array[];
  readonly ping: boolean;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  kind: fc.constantFrom("text", "binary"),
  parts: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
  ping: fc.boolean(),
});

function frames({ kind, parts, ping }: Sent): Uint8Array[] {
  return parts.flatMap((part, index) => {
    const opcode = index === 0 ? kind : "continuation";
    const frame = encodeFrame(opcode, part, { hasMore: index < parts.length - 1 });
    return ping ? [encodeFrame("ping", part.subarray(0, 125)), frame] : [frame];
  });
}

test("whatever is sent comes out, however it is fragmented and cut", () => {
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 5 }), fc.array(fc.nat(2000)), (messages, cuts) => {
      const stream = Buffer.concat(messages.flatMap(frames));
      const whole = decode([stream]);
      const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length];
      at.sort((left, right) => left - right);
      const chunks = at.slice(1).map((to, index) => new Uint8Array(stream.subarray(at[index], to)));
      expect(decode(chunks)).toEqual(whole);
      const texts = messages.map(({ kind, parts }) => {
        return `${kind} ${Buffer.concat([...parts]).toString("hex")}`;
      });
      expect(whole.filter((line) => !line.startsWith("ping"))).toEqual(texts);
    }),
  );
});

test("unmasking a masked frame gives the frame without its mask", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), fc.nat(2 ** 32 - 1), (payload, mask) => {
      const frame = encodeFrame("binary", payload, { mask });
      const plain = encodeFrame("binary", payload);
      const head = plain.length - payload.length;
      const key = Buffer.alloc(4);
      key.writeUInt32BE(mask);
      expect(Buffer.from(frame.subarray(head, head + 4))).toEqual(key);
      const unmasked = frame.subarray(head + 4).map((byte, index) => byte ^ key[index % 4]!);
      expect(Buffer.compare(unmasked, payload)).toBe(0);
      expect(frame[1]).toBe(plain[1]! | 0x80);
    }),
    { numRuns: 50 },
  );
});

test("any bytes at all are read without an exception", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.boolean(), (chunks, mayCompress) => {
      decode(chunks, { mayCompress });
    }),
  );
});
