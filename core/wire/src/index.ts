export { WireError, type WireErrorCode } from "./error.ts";
export type { Field } from "./field.ts";
export { HeadMemory } from "./head-memory.ts";
export {
  encodeHeaders,
  encodeHttp2Frame,
  encodeNumbers,
  encodeSettings,
  FRAME_HEADER_BYTES,
  type Http2Frame,
  type Http2Listener,
  Http2Reader,
  http2Flag,
  http2Type,
  readUint31,
  readUint32,
} from "./http2/frames.ts";
export { HpackDecoder, type HpackLimits } from "./http2/hpack-decoder.ts";
export { encodeRequestBlock, type RequestFields } from "./http2/hpack-encoder.ts";
export { TextMemory } from "./http2/text-memory.ts";
export { encodeChunk, encodeRequestHead, lastChunk, type RequestHead } from "./request-encoder.ts";
export {
  ResponseDecoder,
  type ResponseListener,
} from "./response-decoder.ts";
export type { ResponseHead } from "./response-head.ts";
export { defaultLimits, type ResponseLimits } from "./response-limits.ts";
export { deflateOffer, readDeflateAnswer } from "./websocket/deflate-offer.ts";
export { encodeClose, encodeFrame, type FrameOptions } from "./websocket/frame-encoder.ts";
export {
  type CloseCode,
  MessageDecoder,
  type MessageLimits,
  type MessageListener,
  tryText,
} from "./websocket/message-decoder.ts";
export type { Opcode } from "./websocket/opcode.ts";
