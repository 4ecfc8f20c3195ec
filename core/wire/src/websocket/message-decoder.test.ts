import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeClose, encodeFrame, frameHeadBytes, writeFrameHead } from "./frame-encoder.ts";
import { MessageDecoder, type MessageLimits } from "./message-decoder.ts";

const limits: MessageLimits = { role: "client", maxMessageBytes: 1_000_000, mayCompress: false };

interface DecodeOptions extends Partial<MessageLimits> {
  /** What onTooLarge() says; there is none if this is left out. */
  readonly skips?: boolean;
}

/** What the decoder tells of these bytes, in words. */
function decode(chunks: readonly Uint8Array[], options: DecodeOptions = {}): string[] {
  const seen: string[] = [];
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const { skips, ...changes } = options;
  const onTooLarge = (bytes: number): boolean => {
    seen.push(`too large ${bytes}`);
    return skips === true;
  };
  const decoder = new MessageDecoder(
    { ...limits, ...changes },
    {
      ...(skips !== undefined && { onTooLarge }),
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

test.each([
  ["a frame without mask", "81 00", "1002 a client's frames are masked"],
  ["a reserved bit", "a1 80 00000000", "1002 reserved bits are set that nothing was agreed on"],
  ["a long ping", "89 fe 007e 00000000", "1002 a ping frame of 126 bytes"],
  [
    "a message beyond the limit",
    "82 ff 00000000000f4241 00000000",
    "1009 a message beyond 1000000 bytes or 65536 frames",
  ],
  ["half a close code", "88 81 00000000 03", "1002 a close frame without a code that may be sent"],
])("%s is refused by a server, and nothing behind it is read", (_, hex, wanted) => {
  const bytes = hexBytes(`${hex} 81 80 00000000`);
  expect(decode([bytes], { role: "server" })).toEqual([`violation ${wanted}`]);
});

test.each([
  ["RFC 6455's masked text", "81 85 37fa213d 7f9f4d5158", ["text 48656c6c6f"]],
  [
    "a ping in the middle of a text",
    "01 82 01020304 4067 89 81 ff00ff00 ff 80 81 00000000 63",
    ["ping 00", "text 416563"],
  ],
  ["an empty text", "81 80 01020304", ["text "]],
  ["a close", "88 82 01020304 02ea", ["close 1000 "]],
])("a server reads %s", (_, hex, wanted) => {
  const bytes = hexBytes(hex);
  expect(decode([bytes], { role: "server" })).toEqual(wanted);
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
  expect(decode(pieces, { role: "server" })).toEqual(wanted);
});

test("what a server is told does not change when its chunk is used again, nor the chunk", () => {
  const told: Uint8Array[] = [];
  const ignore = () => {};
  const decoder = new MessageDecoder(
    { ...limits, role: "server" },
    {
      onMessage: (_kind, payload) => told.push(payload),
      onPing: (payload) => told.push(payload),
      onPong: ignore,
      onClose: ignore,
      onViolation: ignore,
    },
  );
  const frames = ["text", "ping"] as const;
  const chunk = Buffer.concat(frames.map((kind) => encodeFrame(kind, bytes("abc"), { mask: 7 })));
  const before = Buffer.from(chunk);
  decoder.push(chunk);
  expect(chunk).toEqual(before);
  chunk.fill(0);
  expect(told.map((payload) => Buffer.from(payload).toString())).toEqual(["abc", "abc"]);
});

test("a message of more frames than the limit is refused", () => {
  const empty = "00 00".repeat(65_535);
  const start = `01 00 ${empty}`;
  expect(decode([hexBytes(`${start} 80 00`)])).toEqual([
    "violation 1009 a message beyond 1000000 bytes or 65536 frames",
  ]);
  expect(decode([hexBytes(`${start.slice(0, -5)} 80 00 81 00`)])).toEqual(["text ", "text "]);
});

describe("a message that is too large", () => {
  const tooLarge = (head: string, payloadBytes: number): string => head + "00".repeat(payloadBytes);

  test.each([
    ["one frame", tooLarge("82 7e 03e9", 1001), ["too large 1001"]],
    [
      "two frames",
      `${tooLarge("02 7e 01f4", 500)} ${tooLarge("80 7e 01f5", 501)}`,
      ["too large 1001"],
    ],
    [
      "more frames after it was told, and a ping among them",
      `${tooLarge("02 7e 03e9", 1001)} 00 01 00 89 01 07 80 00`,
      ["too large 1001", "ping 07"],
    ],
    ["two in a row", tooLarge("82 7e 03e9", 1001).repeat(2), ["too large 1001", "too large 1001"]],
    ["an empty end", `${tooLarge("01 7e 03e9", 1001)} 80 00`, ["too large 1001"]],
  ])("is skipped if its reader says so: %s", (_, hex, wanted) => {
    const stream = hexBytes(`81 01 41 ${hex} 81 01 42`);
    const told = ["text 41", ...wanted, "text 42"];
    const options = { maxMessageBytes: 1000, skips: true };
    expect(decode([stream], options)).toEqual(told);
    expect(
      decode(
        Array.from(stream, (byte) => Uint8Array.of(byte)),
        options,
      ),
    ).toEqual(told);
  });

  test("is refused if its reader says so", () => {
    const refused = "violation 1009 a message beyond 1000 bytes or 65536 frames";
    const stream = hexBytes("82 7e 03e9 00 00");
    const told = decode([stream], { maxMessageBytes: 1000, skips: false });
    expect(told).toEqual(["too large 1001", refused]);
  });

  test("is refused if its length cannot be counted", () => {
    const stream = hexBytes("82 7f 0020000000000000");
    expect(decode([stream], { skips: true })).toEqual([
      "violation 1009 a message beyond 1000000 bytes or 65536 frames",
    ]);
  });
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
  readonly mask: number;
}

/** Enough to be unmasked by words. */
const long = Uint8Array.from({ length: 5003 }, (_, index) => (index * 7) & 0xff);

const sent: fc.Arbitrary<Sent> = fc.record({
  kind: fc.constantFrom("text", "binary"),
  parts: fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(long)), {
    minLength: 1,
    maxLength: 4,
  }),
  ping: fc.boolean(),
  mask: fc.nat(2 ** 32 - 1),
});

function frames({ kind, parts, ping, ...sender }: Sent, role: MessageLimits["role"]): Uint8Array[] {
  const masking = role === "server" ? { mask: sender.mask } : {};
  return parts.flatMap((part, index) => {
    const opcode = index === 0 ? kind : "continuation";
    const frame = encodeFrame(opcode, part, { ...masking, hasMore: index < parts.length - 1 });
    return ping ? [encodeFrame("ping", part.subarray(0, 125), masking), frame] : [frame];
  });
}

test.each([
  ["a client", { role: "client" }],
  ["a server", { role: "server" }],
  ["a server that is lent the bytes", { role: "server", mayLend: true }],
] as const)("whatever is sent to %s comes out, however it is fragmented and cut", (_, reader) => {
  const { role } = reader;
  const cuts = fc.array(fc.nat(30_000));
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 5 }), cuts, (messages, places) => {
      const stream = Buffer.concat(messages.flatMap((message) => frames(message, role)));
      const whole = decode([stream], reader);
      const at = [0, ...places.map((cut) => cut % (stream.length + 1)), stream.length];
      at.sort((left, right) => left - right);
      const chunks = at.slice(1).map((to, index) => stream.subarray(at[index], to));
      expect(decode(chunks, reader)).toEqual(whole);
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

test.each([0, 125, 126, 65_535, 65_536])("a head written by itself fits %d bytes", (length) => {
  const whole = encodeFrame("text", new Uint8Array(length));
  const frame = new Uint8Array(frameHeadBytes(length) + length);
  writeFrameHead(frame, { opcode: "text", length });
  expect(Buffer.compare(frame, whole)).toBe(0);
});

test("any bytes at all are read without an exception", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.boolean(), (chunks, mayCompress) => {
      decode(chunks, { mayCompress });
      decode(chunks, { mayCompress, role: "server", maxMessageBytes: 3, skips: true });
    }),
  );
});
