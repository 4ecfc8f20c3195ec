import { Reader } from "protobufjs/minimal.js";
import { GrpcClientError } from "../error.ts";
import { type FieldType, isPackable, type MessageType } from "../schema/message-type.ts";
import { fromDouble, fromFloat } from "./scalars.ts";

type Plain = Record<string, unknown>;

/** Deeper nesting is an attack, or a mistake. */
const MAX_DEPTH = 100;

const LENGTH_DELIMITED = 2;
const END_GROUP = 4;

/**
 * A message's bytes as protobuf's JSON mapping has them, with the fields that are not populated
 * (protobuf.dev/programming-guides/json): camelCase names, 64-bit integers and bytes as text,
 * enums by name.
 *
 * @throws GrpcClientError `bad_message`
 */
export function decodeMessage(type: MessageType, bytes: Uint8Array): unknown {
  try {
    const reader = Reader.create(bytes);
    return toJson(type, readFields(type, reader, bytes.length, 0));
  } catch (cause) {
    if (cause instanceof GrpcClientError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GrpcClientError("bad_message", `Cannot read a ${type.fullName}: ${why}`, cause);
  }
}

/** What no bytes at all are decoded to. */
export function emptyMessage(type: MessageType): unknown {
  return toJson(type, unpopulated(type));
}

function toJson(type: MessageType, plain: Plain): unknown {
  return type.wellKnown ? type.wellKnown.toJson(plain) : plain;
}

function unpopulated({ fields }: MessageType): Plain {
  const plain: Plain = {};
  for (const field of fields) {
    if (field.oneof === undefined) plain[field.jsonName] = unpopulatedValue(field);
  }
  return plain;
}

function unpopulatedValue(field: FieldType): unknown {
  if (field.map) return {};
  if (field.isRepeated) return [];
  return field.hasPresence ? null : zeroOf(field);
}

/** Of a value that is not there: of a map's entry, say. */
function zeroOf({ kind, enumType, message }: FieldType): unknown {
  switch (kind) {
    case "bool":
      return false;
    case "string":
    case "bytes":
      return "";
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return "0";
    case "enum":
      return fromEnum(enumType!, 0);
    case "message":
    case "group":
      return emptyMessage(message!);
    default:
      return 0;
  }
}

function readFields(type: MessageType, reader: Reader, end: number, depth: number): Plain {
  if (depth > MAX_DEPTH) throw new Error(`it is nested more than ${MAX_DEPTH} deep`);
  const plain = unpopulated(type);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    if (wireType === END_GROUP) break;
    const field = type.byNumber.get(tag >>> 3);
    if (field === undefined) reader.skipType(wireType);
    else readField(plain, { type, field, wireType, depth }, reader);
  }
  if (end !== reader.len && reader.pos > end) throw new Error("a field is longer than its message");
  return plain;
}

interface FieldPlace {
  readonly type: MessageType;
  readonly field: FieldType;
  readonly wireType: number;
  readonly depth: number;
}

function readField(
  plain: Plain,
  { type, field, wireType, depth }: FieldPlace,
  reader: Reader,
): void {
  const { jsonName } = field;
  if (field.map) {
    const [key, value] = readEntry(field.map, reader, depth);
    setOwn(plain[jsonName] as Plain, key, value);
  } else if (field.isRepeated) {
    const list = plain[jsonName] as unknown[];
    const isPacked = wireType === LENGTH_DELIMITED && isPackable(field.kind);
    if (!isPacked) list.push(readValue(field, reader, depth));
    else
      for (let end = reader.uint32() + reader.pos; reader.pos < end; ) {
        list.push(readValue(field, reader, depth));
      }
  } else {
    if (field.oneof !== undefined) leaveOneof(plain, type, field);
    plain[jsonName] = readValue(field, reader, depth);
  }
}

/** Of a oneof the last one counts. */
function leaveOneof(plain: Plain, { fields }: MessageType, field: FieldType): void {
  for (const other of fields) {
    const isOther = other.oneof === field.oneof && other !== field;
    if (isOther && other.jsonName in plain) delete plain[other.jsonName];
  }
}

function readEntry(
  { key, value }: NonNullable<FieldType["map"]>,
  reader: Reader,
  depth: number,
): readonly [key: string, value: unknown] {
  let entryKey: unknown = zeroOf(key);
  let entryValue: unknown;
  for (let end = reader.uint32() + reader.pos; reader.pos < end; ) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) entryKey = readValue(key, reader, depth);
    else if (tag >>> 3 === 2) entryValue = readValue(value, reader, depth);
    else reader.skipType(tag & 7);
  }
  return [String(entryKey), entryValue === undefined ? zeroOf(value) : entryValue];
}

/** A key called "__proto__" is a key. */
function setOwn(object: Plain, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true });
}

function readValue(field: FieldType, reader: Reader, depth: number): unknown {
  const { kind } = field;
  switch (kind) {
    case "message": {
      const end = reader.uint32() + reader.pos;
      const message = field.message!;
      return toJson(message, readFields(message, reader, end, depth + 1));
    }
    case "group": {
      const message = field.message!;
      return toJson(message, readFields(message, reader, reader.len, depth + 1));
    }
    case "enum":
      return fromEnum(field.enumType!, reader.int32());
    case "double":
      return fromDouble(reader.double());
    case "float":
      return fromFloat(reader.float());
    case "bytes":
      return Buffer.from(reader.bytes()).toString("base64");
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return String(reader[kind]());
    default:
      return reader[kind]();
  }
}

function fromEnum(
  { byNumber, fullName }: NonNullable<FieldType["enumType"]>,
  number: number,
): unknown {
  if (fullName === "google.protobuf.NullValue") return null;
  return byNumber.get(number) ?? number;
}
