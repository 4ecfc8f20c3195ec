import { GrpcClientError } from "../error.ts";
import type { FieldType } from "../schema/message-type.ts";

/** A message that does not fit: says where, and what would. */
export function badValue(path: string, value: unknown, wanted: string): GrpcClientError {
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return new GrpcClientError(
    "bad_message",
    `Cannot use ${shown.slice(0, 80)} as ${path || "the message"}: give ${wanted}`,
  );
}

export function toBool(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw badValue(path, value, "true or false");
}

export function toText(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw badValue(path, value, "text");
}

/** Base64, of either alphabet, with or without padding; or the bytes themselves. */
export function toBytes(value: unknown, path: string): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) {
    return Buffer.from(value, "base64");
  }
  throw badValue(path, value, "base64 text");
}

/** A number or one of its names in protobuf's JSON. */
export function toDouble(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^(NaN|-?Infinity|[-+]?[\d.]+([eE][-+]?\d+)?)$/.test(value)) {
    return Number(value);
  }
  throw badValue(path, value, "a number");
}

export function toFloat(value: unknown, path: string): number {
  const number = toDouble(value, path);
  const isTooLarge = Number.isFinite(number) && !Number.isFinite(Math.fround(number));
  if (isTooLarge) throw badValue(path, value, "a number that 32 bits can hold");
  return number;
}

/** A whole number in the kind's range, from a number, text or a bigint. */
export function toInteger(value: unknown, path: string, kind: IntegerKind): bigint {
  const [least, most] = ranges[kind];
  const number = tryBigInt(value);
  if (number !== undefined && number >= least && number <= most) return number;
  throw badValue(path, value, `a whole number from ${least} to ${most}`);
}

export type IntegerKind =
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "sint32"
  | "sint64"
  | "fixed32"
  | "fixed64"
  | "sfixed32"
  | "sfixed64";

const signed32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const signed64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const unsigned32 = [0n, 2n ** 32n - 1n] as const;
const unsigned64 = [0n, 2n ** 64n - 1n] as const;

const ranges: Readonly<Record<IntegerKind, readonly [least: bigint, most: bigint]>> = {
  int32: signed32,
  sint32: signed32,
  sfixed32: signed32,
  uint32: unsigned32,
  fixed32: unsigned32,
  int64: signed64,
  sint64: signed64,
  sfixed64: signed64,
  uint64: unsigned64,
  fixed64: unsigned64,
};

/** "5", "5.0" and 5e0 are whole; text with blanks is none. */
function tryBigInt(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== "string") return undefined;
  if (/^-?\d+$/.test(value)) return BigInt(value);
  const number = /^-?[\d.]+([eE][-+]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

/** A name or a number; a number that has no name is sent as it is. */
export function toEnumNumber(value: unknown, path: string, { enumType }: FieldType): number {
  const { byName, fullName } = enumType!;
  if (value === null && fullName === "google.protobuf.NullValue") return 0;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  const number = typeof value === "string" ? byName.get(value) : undefined;
  if (number !== undefined) return number;
  const names = [...byName.keys()].slice(0, 10).join(", ");
  throw badValue(path, value, `one of ${fullName}'s values: ${names}`);
}

/** JSON has no word for these. */
export function fromDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The shortest number that is the same in 32 bits: 0.1, not 0.10000000149011612. */
export function fromFloat(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
