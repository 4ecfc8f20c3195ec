import { describe, expect, test } from "bun:test";
import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { rangeBody } from "./object-set.ts";
import { payloadBytes, payloadCrc32, payloadStream } from "./payload.ts";

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("the data that is uploaded", () => {
  test("any range of it equals that part of the whole", () => {
    const whole = payloadBytes({ seed: 7, bytes: 600_000 });
    const cut = fc
      .tuple(fc.nat(600_000), fc.nat(600_000))
      .map((ends) => ends.sort((a, b) => a - b));
    fc.assert(
      fc.property(cut, ([first, end]) => {
        const range = { seed: 7, first: first!, bytes: end! - first! };
        const expected = whole.subarray(first, end);
        expect(Buffer.compare(payloadBytes(range), expected)).toBe(0);
        expect(payloadCrc32(range)).toBe(crc32(expected));
      }),
      { numRuns: 50 },
    );
  });

  test("a stream of it is the same, in pieces that its reader may keep", async () => {
    const range = { seed: 3, first: 262_143, bytes: 300_000 };
    const pieces = await Array.fromAsync(payloadStream(range));
    expect(pieces.map(({ length }) => length)).toEqual([262_144, 37_856]);
    expect(Buffer.compare(Buffer.concat(pieces), payloadBytes(range))).toBe(0);
  });

  test("far into a large object it is there at once", () => {
    const far = { seed: 1, first: 5 * 2 ** 40, bytes: 10 };
    expect(payloadBytes(far)).toEqual(payloadBytes({ ...far, bytes: 20 }).subarray(0, 10));
  });

  test("two seeds have nothing in common, and one object does not repeat", () => {
    fc.assert(
      fc.property(seed, seed, (one, other) => {
        fc.pre(one !== other);
        const bytes = 4096;
        const both = Buffer.concat([
          payloadBytes({ seed: one, bytes }),
          payloadBytes({ seed: other, bytes }),
          payloadBytes({ seed: one, first: 262_144, bytes }),
        ]);
        // Deflate finds what repeats within 32 KB; what it cannot pack it makes longer.
        expect(deflateRawSync(both, { level: 9 }).length).toBeGreaterThan(both.length);
      }),
      { numRuns: 30 },
    );
  });

  test("its bytes are spread evenly", () => {
    const counts = new Array(256).fill(0);
    for (const byte of payloadBytes({ seed: 99, bytes: 2 ** 20 })) counts[byte] += 1;
    // 4,096 of each are expected, with a deviation of 64.
    expect(Math.min(...counts)).toBeGreaterThan(4096 - 6 * 64);
    expect(Math.max(...counts)).toBeLessThan(4096 + 6 * 64);
  });

  test("a body that is sent again takes its bytes back and is the same", async () => {
    let counted = 0;
    const crcs: number[] = [];
    const body = rangeBody(
      { seed: 5, bytes: 500_000 },
      { onBytes: (bytes) => (counted += bytes), keep: (crc) => crcs.push(crc) },
    );
    const broken = body.open()!.getReader();
    await broken.read();
    await broken.cancel();
    expect(counted).toBe(262_144);
    const all = Buffer.concat(await Array.fromAsync(body.open()!));
    expect(counted).toBe(500_000);
    expect(crcs.at(-1)).toBe(crc32(all));
    expect(crc32(all)).toBe(payloadCrc32({ seed: 5, bytes: 500_000 }));
  });
});
