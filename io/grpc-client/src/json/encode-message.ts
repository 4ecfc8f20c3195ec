import { util, Writer } from "protobufjs/minimal.js";
import { GrpcClientError } from "../error.ts";
import type { FieldType, MessageType } from "../schema/message-type.ts";
import {
  badValue,
  type IntegerKind,
  toBool,
  toBytes,
  toDouble,
  toEnumNumber,
  toFloat,
  toInteger,
  toText,
} from "./scalars.ts";

type Plain = Record<string, unknown>;

/** Deeper nesting is a circle, most likely. */
const MAX_DEPTH = 100;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/**
 * A message's bytes from protobuf's JSON mapping: names in camelCase or as in the .proto file; a
 * field that is undefined or null is not set.
 *
 * @throws GrpcClientError `bad_message`, which names the field
 */
export function encodeMessage(type: MessageType, message: unknown): Uint8Array {
  const writer = Writer.create();
  writeMessage(type, message, writer, "", 0);
  return writer.finish();
}

function writeMessage(
  type: MessageType,
  given: unknown,
  writer: Writer,
  path: string,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw badValue(path, "…", `at most ${MAX_DEPTH} messages in each other`);
  const json = type.wellKnown ? type.wellKnown.toPlain(unwrapped(given), path) : unwrapped(given);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw badValue(path, given, `an object: a ${type.fullName}`);
  }
  const oneofs = new Set<string>();
  const seen = new Set<FieldType>();
  for (const [name, value] of Object.entries(json)) {
    if (value === undefined) continue;
    const at = path === "" ? name : `${path}.${name}`;
    const field = type.byName.get(name);
    if (field === undefined) throw unknownField(type, at);
    if (value === null && !takesNull(field)) continue;
    if (seen.has(field)) throw badValue(at, value, "each field once");
    seen.add(field);
    if (field.oneof !== undefined && oneofs.has(field.oneof)) {
      throw badValue(at, value, `only one of ${field.oneof}`);
    }
    if (field.oneof !== undefined) oneofs.add(field.oneof);
    writeField(field, value, writer, at, depth);
  }
  const missing = type.fields.find((field) => field.isRequired && !seen.has(field));
  if (missing) throw badValue(`${path}.${missing.name}`.replace(/^\./, ""), undefined, "a value");
}

/** A Date, say, is what JSON.stringify() makes of it. */
function unwrapped(value: unknown): unknown {
  const hasOwn = typeof value === "object" && value !== null && "toJSON" in value;
  return hasOwn && typeof value.toJSON === "function" ? value.toJSON() : value;
}

function unknownField({ fullName, fields }: MessageType, path: string): GrpcClientError {
  const known = fields.map(({ jsonName }) => jsonName).slice(0, 20);
  return new GrpcClientError(
    "bad_message",
    `Cannot set ${path}: ${fullName} has no such field, only ${known.join(", ") || "none"}`,
  );
}

/** Where null is a value. */
function takesNull({ message, enumType, isRepeated }: FieldType): boolean {
  if (isRepeated) return false;
  return (
    message?.fullName === "google.protobuf.Value" ||
    enumType?.fullName === "google.protobuf.NullValue"
  );
}

function writeField(
  field: FieldType,
  value: unknown,
  writer: Writer,
  path: string,
  depth: number,
): void {
  if (field.map) {
    writeMap(field, value, writer, path, depth);
  } else if (field.isRepeated) {
    if (!Array.isArray(value)) throw badValue(path, value, "an array");
    if (field.isPacked) writePacked(field, value, writer, path);
    else
      for (const [index, item] of value.entries()) {
        writeSingle(field, item, writer, `${path}[${index}]`, depth);
      }
  } else if (field.hasPresence || !isZero(field, value, path)) {
    writeSingle(field, value, writer, path, depth);
  }
}

/** What a field without presence need not send. */
function isZero(field: FieldType, value: unknown, path: string): boolean {
  switch (field.kind) {
    case "bool":
      return value === false;
    case "string":
    case "bytes":
      return value === "";
    case "enum":
      return toEnumNumber(value, path, field) === 0;
    case "double":
    case "float":
      // Not of -0.
      return Object.is(value, 0);
    default:
      return value === 0 || value === "0";
  }
}

function writeMap(
  field: FieldType,
  value: unknown,
  writer: Writer,
  path: string,
  depth: number,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badValue(path, value, "an object");
  }
  const { key: keyType, value: valueType } = field.map!;
  for (const [key, item] of Object.entries(value as Plain)) {
    const at = `${path}.${key}`;
    writer.uint32(tagOf(field.number, LENGTH_DELIMITED)).fork();
    writeSingle(keyType, fromKey(keyType, key), writer, at, depth);
    writeSingle(valueType, item, writer, at, depth);
    writer.ldelim();
  }
}

/** Keys are text in JSON. */
function fromKey({ kind }: FieldType, key: string): unknown {
  if (kind !== "bool") return key;
  return key === "true" ? true : key === "false" ? false : key;
}

function writePacked(
  field: FieldType,
  values: readonly unknown[],
  writer: Writer,
  path: string,
): void {
  if (values.length === 0) return;
  writer.uint32(tagOf(field.number, LENGTH_DELIMITED)).fork();
  for (const [index, item] of values.entries()) {
    writeValue(field, item, writer, `${path}[${index}]`, 0);
  }
  writer.ldelim();
}

function writeSingle(
  field: FieldType,
  value: unknown,
  writer: Writer,
  path: string,
  depth: number,
): void {
  writer.uint32(tagOf(field.number, wireTypes[field.kind]));
  writeValue(field, value, writer, path, depth);
}

function writeValue(
  field: FieldType,
  value: unknown,
  writer: Writer,
  path: string,
  depth: number,
): void {
  const { kind } = field;
  switch (kind) {
    case "message":
      writer.fork();
      writeMessage(field.message!, value, writer, path, depth + 1);
      writer.ldelim();
      break;
    case "group":
      writeMessage(field.message!, value, writer, path, depth + 1);
      writer.uint32(tagOf(field.number, END_GROUP));
      break;
    case "enum":
      writer.int32(toEnumNumber(value, path, field));
      break;
    case "bool":
      writer.bool(toBool(value, path));
      break;
    case "string":
      writer.string(toText(value, path));
      break;
    case "bytes":
      writer.bytes(toBytes(value, path));
      break;
    case "double":
      writer.double(toDouble(value, path));
      break;
    case "float":
      writer.float(toFloat(value, path));
      break;
    default:
      writeInteger(kind, toInteger(value, path, kind), writer);
  }
}

function writeInteger(kind: IntegerKind, value: bigint, writer: Writer): void {
  switch (kind) {
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64": {
      const low = Number(BigInt.asIntN(32, value));
      const high = Number(BigInt.asIntN(32, value >> 32n));
      const isUnsigned = kind === "uint64" || kind === "fixed64";
      writer[kind](new util.Long(low, high, isUnsigned));
      break;
    }
    default:
      writer[kind](Number(value));
  }
}

const tagOf = (number: number, wireType: number): number => ((number << 3) | wireType) >>> 0;

const wireTypes: Readonly<Record<FieldType["kind"], number>> = {
  double: FIXED64,
  float: FIXED32,
  int32: VARINT,
  int64: VARINT,
  uint32: VARINT,
  uint64: VARINT,
  sint32: VARINT,
  sint64: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
  sfixed32: FIXED32,
  sfixed64: FIXED64,
  bool: VARINT,
  string: LENGTH_DELIMITED,
  bytes: LENGTH_DELIMITED,
  enum: VARINT,
  message: LENGTH_DELIMITED,
  group: START_GROUP,
};
