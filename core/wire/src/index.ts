export { WireError, type WireErrorCode } from "./error.ts";
export { statusOf } from "./error-status.ts";
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
export { Http2Error, http2Code } from "./http2/http2-code.ts";
export { Http2RequestDecoder, Http2RequestMemory } from "./http2/request-decoder.ts";
export { parseRequestFields, parseTrailerFields } from "./http2/request-fields.ts";
export { encodeFieldBlock, encodeResponseBlock } from "./http2/response-block.ts";
export { TextMemory } from "./http2/text-memory.ts";
export { encodeProxyHeader } from "./proxy-protocol/proxy-header-encoder.ts";
export { type ProxyHeader, ProxyHeaderReader } from "./proxy-protocol/proxy-header-reader.ts";
export { reasonOf, reasonPhrases } from "./reason.ts";
export type { Protocol, ReceivedRequest } from "./received-request.ts";
export {
  RequestDecoder,
  type RequestLimits,
  type RequestListener,
  RequestMemory,
} from "./request-decoder.ts";
export { encodeChunk, encodeRequestHead, lastChunk, type RequestHead } from "./request-encoder.ts";
export type { RequestHeadView } from "./request-head.ts";
export {
  ResponseDecoder,
  type ResponseListener,
} from "./response-decoder.ts";
export { encodeResponseHead, type ResponseHeadText } from "./response-encoder.ts";
export type { ResponseHead } from "./response-head.ts";
export { defaultLimits, type ResponseLimits } from "./response-limits.ts";
export { acceptDeflate } from "./websocket/accept-deflate.ts";
export { deflateOffer, readDeflateAnswer } from "./websocket/deflate-offer.ts";
export {
  encodeClose,
  encodeFrame,
  type FrameHead,
  type FrameOptions,
  frameHeadBytes,
  writeFrameHead,
} from "./websocket/frame-encoder.ts";
export {
  type CloseCode,
  MessageDecoder,
  type MessageLimits,
  type MessageListener,
  tryText,
} from "./websocket/message-decoder.ts";
export type { Opcode } from "./websocket/opcode.ts";
export { readUpgrade, type Upgrade, type UpgradeRefusal } from "./websocket/read-upgrade.ts";
