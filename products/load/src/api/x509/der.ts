/** One value of ASN.1's distinguished encoding (X.690): its identifier, and what it holds. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
} as const;

/** The values that follow one another. Throws a RangeError where they do not add up. */
export function readDer(bytes: Uint8Array): Der[] {
  const values: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = byteAt(bytes, at);
    const { length, start } = readLength(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length) throw new RangeError("a value is longer than what it stands in");
    values.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return values;
}

/** What a value holds that is made of others: one at `index`, of that kind. */
export function childOf({ content }: Der, index: number, tag?: number): Der {
  const child = readDer(content)[index];
  if (child === undefined || (tag !== undefined && child.tag !== tag)) {
    throw new RangeError("a value is missing, or of another kind");
  }
  return child;
}

/** An object identifier as numbers with dots. */
export function readObjectId({ content }: Der): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(2, Math.trunc(first / 40));
  return [root, first - root * 40, ...others].join(".");
}

/** What is never negative where we read it. */
export function readInteger({ content }: Der): bigint {
  return toBigInt(content);
}

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`);
}

/** The bytes of a bit string, which here always has whole ones. */
export function readBits({ content }: Der): Uint8Array {
  return content.subarray(1);
}

/** Text in any of the encodings that names are written in. */
export function readText({ tag, content }: Der): string {
  return new TextDecoder(textEncodings[tag] ?? "utf-8").decode(content);
}

const textEncodings: Readonly<Record<number, "latin1" | "utf-16be">> = {
  20: "latin1", // T61String, as it is used
  30: "utf-16be", // BMPString
};

function readLength(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  // Four bytes reach further than any certificate; none is BER's indefinite length.
  if (count === 0 || count > 4) throw new RangeError("a length is not in DER");
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, at + index);
  return { length, start: at + 1 + count };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("it ends within a value");
  return byte;
}
