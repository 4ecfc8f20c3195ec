/** What the client makes at random. */
export interface RandomSource {
  /** A UUID of version 4 (RFC 9562, 5.4). */
  uuid(): string;
  /** As a secret: 256 bits in hexadecimal. */
  secret(): string;
  /** From 0 up to 1, without 1. */
  fraction(): number;
}

/** Ids are needed by the thousand, and each call for random bytes costs more than an id. */
const POOL_BYTES = 4096;

export function randomSource(randomBytes: (count: number) => Uint8Array): RandomSource {
  let pool = new Uint8Array(0);
  let used = 0;
  const take = (count: number): Uint8Array => {
    if (used + count > pool.length) {
      pool = Uint8Array.from(randomBytes(POOL_BYTES));
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  };
  return {
    uuid() {
      const bytes = take(16);
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      const text = toHex(bytes);
      const [a, b, c, d] = [
        text.slice(0, 8),
        text.slice(8, 12),
        text.slice(12, 16),
        text.slice(16, 20),
      ];
      return `${a}-${b}-${c}-${d}-${text.slice(20)}`;
    },
    secret: () => toHex(take(32)),
    fraction() {
      const [a, b, c, d] = take(4);
      return (a! * 2 ** 24 + b! * 2 ** 16 + c! * 2 ** 8 + d!) / 2 ** 32;
    },
  };
}

/** Also where a page is not served by TLS, and crypto.randomUUID is absent. */
export function platformRandomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hex[byte];
  return text;
}
