import { encodeFrame, frameHeadBytes, writeFrameHead } from "@breakwater/wire";
import { deflateMessage } from "./deflate.ts";
import type { MessageKind } from "./web-socket.ts";

/** A whole message as a frame. Hot path: a text is encoded where it goes, not copied there. */
export function messageFrame(kind: MessageKind, payload: Uint8Array | string): Uint8Array {
  if (typeof payload !== "string") return encodeFrame(kind, payload);
  const length = Buffer.byteLength(payload);
  const headBytes = frameHeadBytes(length);
  const frame = Buffer.allocUnsafe(headBytes + length) as BufferOfText;
  writeFrameHead(frame, { opcode: kind, length });
  frame.utf8Write(payload, headBytes, length);
  return frame;
}

/** The same compressed, as was agreed on with the client. */
export function deflatedFrame(kind: MessageKind, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  return encodeFrame(kind, deflateMessage(bytes), { isCompressed: true });
}

/** Bun's types lack it, which Node has always had. */
type BufferOfText = Buffer & {
  utf8Write(text: string, offset: number, length: number): number;
};
