import protobuf from "protobufjs";
import { PREFIX_BYTES } from "./message-decoder.ts";
import { GrpcError } from "./status.ts";

/** Messages of one type, between plain objects and bytes. */
export interface MessageCodec {
  /**
   * The message that lies in the bytes there; nothing of them is kept.
   *
   * @throws GrpcError INTERNAL for what is not such a message
   */
  decode(bytes: Uint8Array, from: number, to: number): unknown;
  /** With gRPC's prefix, uncompressed; of the message, or of MessageParts of it. */
  encode(message: unknown): Uint8Array;
  /** Without the prefix: for the `rest` of MessageParts. */
  encodeRest(message: unknown): Uint8Array;
}

/**
 * A message of which a part is the same in many answers, and so encoded once: encodings that follow
 * each other are one of all their fields (protobuf.dev, Encoding, "Last One Wins").
 */
export class MessageParts<Message> {
  readonly message: Partial<Message>;
  readonly rest: Uint8Array;

  constructor(message: Partial<Message>, rest: Uint8Array) {
    this.message = message;
    this.rest = rest;
  }
}

/** Hot path: the type's codec is compiled by protobufjs when it is first used. */
export function messageCodec(type: protobuf.Type): MessageCodec {
  const keepsBytes = holdsBytes(type, new Set());
  return {
    decode(bytes, from, to) {
      try {
        // A Buffer's own slice() would be a view.
        if (keepsBytes) return type.decode(new Uint8Array(bytes.subarray(from, to)));
        const reader = protobuf.Reader.create(bytes);
        reader.pos = from;
        reader.len = to;
        return type.decode(reader, to - from);
      } catch (cause) {
        const name = type.fullName.slice(1);
        throw new GrpcError("INTERNAL", `Cannot read a ${name}: its bytes are malformed`, cause);
      }
    },
    encode(message) {
      if (!(message instanceof MessageParts)) return encodeFramed(type, message);
      const first = encodeFramed(type, message.message);
      const { rest } = message;
      const bytes = Buffer.allocUnsafe(first.length + rest.length);
      bytes.set(first);
      bytes.set(rest, first.length);
      return withLength(bytes);
    },
    encodeRest: (message) => type.encode(message as protobuf.Message).finish(),
  };
}

function encodeFramed(type: protobuf.Type, message: unknown): Uint8Array {
  // Five bytes of nought, written over when the length is known: one buffer instead of two.
  const writer = protobuf.Writer.create().fixed32(0).uint32(0);
  return withLength(type.encode(message as protobuf.Message, writer).finish());
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = bytes.length - PREFIX_BYTES;
  bytes[1] = length >>> 24;
  bytes[2] = length >>> 16;
  bytes[3] = length >>> 8;
  bytes[4] = length;
  return bytes;
}

/** Whether a decoded message may have views of what it was decoded from. */
function holdsBytes(type: protobuf.Type, seen: Set<protobuf.Type>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  return type.fieldsArray.some((field) => {
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type) return holdsBytes(resolvedType, seen);
    return field.type === "bytes";
  });
}
