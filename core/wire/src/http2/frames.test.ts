import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeHeaders, encodeHttp2Frame, Http2Reader, readUint32 } from "./frames.ts";

interface Read {
  type: number;
  flags: number;
  streamId: number;
  payload: Uint8Array;
}

function readAll(chunks: readonly Uint8Array[], stopAfter: number = Number.POSITIVE_INFINITY) {
  const frames: Read[] = [];
  const reader = new Http2Reader({
    onFrame: ({ type, flags, streamId, bytes, from, to }) => {
      frames.push({ type, flags, streamId, payload: bytes.slice(from, to) });
      return frames.length < stopAfter;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

test("frames come out as they went in, however they are cut", () => {
  const frame = fc.record({
    type: fc.nat(255),
    flags: fc.nat(255),
    streamId: fc.nat(0x7fff_ffff),
    payload: fc.uint8Array({ maxLength: 60 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map((one) => encodeHttp2Frame(one, one.payload)));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(bytes.subarray(Math.min(at, bytes.length)));
      expect(readAll(chunks)).toEqual(frames);
    }),
  );
});

test.each([
  [[Uint8Array.of(0, 64, 0, 0, 0, 0, 0, 0, 1), new Uint8Array(16_384)], 1],
  [[new Uint8Array(9), new Uint8Array(4), new Uint8Array(5)], 2],
])("a frame of the largest size and empty ones are read", (chunks, count) => {
  expect(readAll(chunks)).toHaveLength(count);
});

test.each([[[9]], [[3, 9]]])("a larger one is refused, cut at %p", (cuts) => {
  const header = Uint8Array.of(0, 64, 1, 0, 0, 0, 0, 0, 1);
  const chunks = [header.subarray(0, cuts[0]), header.subarray(cuts[0])];
  expect(() => readAll(chunks)).toThrow(expect.objectContaining({ code: "frame_too_large" }));
});

test("reading stops when it is told to", () => {
  const empty = new Uint8Array(9);
  expect(readAll([Buffer.concat([empty, empty, empty])], 2)).toHaveLength(2);
});

test("a block that is too long for one frame goes on in others", () => {
  const frames = encodeHeaders(3, new Uint8Array(25), { isEnd: true, maxPayloadBytes: 10 });
  expect(readAll(frames)).toMatchObject([
    { type: 1, flags: 1, streamId: 3, payload: { length: 10 } },
    { type: 9, flags: 0, streamId: 3, payload: { length: 10 } },
    { type: 9, flags: 4, streamId: 3, payload: { length: 5 } },
  ]);
});

test("a number may use all 32 bits", () => {
  expect(readUint32(Uint8Array.of(255, 255, 255, 254), 0)).toBe(4_294_967_294);
});
