import type { RunningHash } from "../hashes.ts";

/** S3's cyclic redundancy checks, all of them reflected and with all bits set before and after. */
export type CrcName = "CRC32" | "CRC32C" | "CRC64NVME";

/**
 * Hot path: every byte of a client that checks goes through here. Eight tables take eight bytes at
 * a time; whoever has a native function for one of these uses that.
 */
export function startCrc(name: CrcName): RunningHash {
  return name === "CRC64NVME" ? startCrc64() : startCrc32(name);
}

/** The CRC of two pieces one after the other, from those of each: S3's "full object" checksums. */
export function combineCrcs(name: CrcName, first: Uint8Array, second: CrcOfPiece): Uint8Array {
  const { bits, polynomial } = polynomials[name];
  const shifted = multiply(
    toBigInt(first),
    powerOfX(BigInt(second.bytes) * 8n, { bits, polynomial }),
    { bits, polynomial },
  );
  return fromBigInt(shifted ^ toBigInt(second.crc), bits / 8);
}

export interface CrcOfPiece {
  readonly crc: Uint8Array;
  readonly bytes: number;
}

interface Field {
  readonly bits: number;
  /** Reflected: the highest bit is the lowest power. */
  readonly polynomial: bigint;
}

const polynomials: Readonly<Record<CrcName, Field>> = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
};

const tables32 = new Map<CrcName, readonly Uint32Array[]>();

function startCrc32(name: "CRC32" | "CRC32C"): RunningHash {
  let tables = tables32.get(name);
  if (tables === undefined) {
    tables = tablesOf(polynomials[name]).low;
    tables32.set(name, tables);
  }
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = 0xffffffff;
  return {
    update: (bytes) => {
      let at = 0;
      for (const last = bytes.length - 8; at <= last; at += 8) {
        crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        crc =
          t7[crc & 255]! ^
          t6[(crc >>> 8) & 255]! ^
          t5[(crc >>> 16) & 255]! ^
          t4[crc >>> 24]! ^
          t3[bytes[at + 4]!]! ^
          t2[bytes[at + 5]!]! ^
          t1[bytes[at + 6]!]! ^
          t0[bytes[at + 7]!]!;
      }
      for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 255]!;
    },
    digest: () => wordBytes([~crc >>> 0]),
  };
}

let tables64: Tables | undefined;

/** As two halves of 32 bits: BigInt takes a hundred times as long. */
function startCrc64(): RunningHash {
  tables64 ??= tablesOf(polynomials.CRC64NVME);
  const { low, high } = tables64;
  let lowCrc = 0xffffffff;
  let highCrc = 0xffffffff;
  const takeByte = (byte: number) => {
    const index = (lowCrc ^ byte) & 255;
    lowCrc = ((lowCrc >>> 8) | (highCrc << 24)) ^ low[0]![index]!;
    highCrc = (highCrc >>> 8) ^ high[0]![index]!;
  };
  const takeEight = (bytes: Uint8Array, at: number) => {
    const a =
      lowCrc ^
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    const b =
      highCrc ^
      (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24));
    lowCrc = xorOf(low, a, b);
    highCrc = xorOf(high, a, b);
  };
  return {
    update: (bytes) => {
      let at = 0;
      for (const last = bytes.length - 8; at <= last; at += 8) takeEight(bytes, at);
      for (; at < bytes.length; at += 1) takeByte(bytes[at]!);
    },
    digest: () => wordBytes([~highCrc >>> 0, ~lowCrc >>> 0]),
  };
}

function xorOf(tables: readonly Uint32Array[], a: number, b: number): number {
  return (
    tables[7]![a & 255]! ^
    tables[6]![(a >>> 8) & 255]! ^
    tables[5]![(a >>> 16) & 255]! ^
    tables[4]![a >>> 24]! ^
    tables[3]![b & 255]! ^
    tables[2]![(b >>> 8) & 255]! ^
    tables[1]![(b >>> 16) & 255]! ^
    tables[0]![b >>> 24]!
  );
}

interface Tables {
  readonly low: readonly Uint32Array[];
  readonly high: readonly Uint32Array[];
}

/** Table n: what a byte does to the CRC when n more bytes follow it. */
function tablesOf({ polynomial }: Field): Tables {
  const first = Array.from({ length: 256 }, (_, byte) => {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >> 1n) ^ (crc & 1n ? polynomial : 0n);
    return crc;
  });
  const all = [first];
  while (all.length < 8) {
    all.push(all.at(-1)!.map((crc) => (crc >> 8n) ^ first[Number(crc & 255n)]!));
  }
  return {
    low: all.map((table) => Uint32Array.from(table, (crc) => Number(crc & 0xffffffffn))),
    high: all.map((table) => Uint32Array.from(table, (crc) => Number(crc >> 32n))),
  };
}

/** Of two polynomials, in the reflected form that CRCs have, where the highest bit is x^0. */
function multiply(a: bigint, b: bigint, { bits, polynomial }: Field): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = BigInt(bits) - 1n; bit >= 0n; bit -= 1n) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, field: Field): bigint {
  let power = 1n << BigInt(field.bits - 1);
  let square = 1n << BigInt(field.bits - 2);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(power, square, field);
    square = multiply(square, square, field);
  }
  return power;
}

const wordBytes = (words: readonly number[]): Uint8Array =>
  Uint8Array.from(words.flatMap((word) => [word >>> 24, word >>> 16, word >>> 8, word]));

const toBigInt = (bytes: Uint8Array): bigint =>
  bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);

const fromBigInt = (value: bigint, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) =>
    Number((value >> BigInt(8 * (bytes - 1 - index))) & 255n),
  );
