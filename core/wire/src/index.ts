export { WireError, type WireErrorCode } from "./error.ts";
export type { Field } from "./field.ts";
export { HeadMemory } from "./head-memory.ts";
export { encodeChunk, encodeRequestHead, lastChunk, type RequestHead } from "./request-encoder.ts";
export {
  ResponseDecoder,
  type ResponseListener,
} from "./response-decoder.ts";
export type { ResponseHead } from "./response-head.ts";
export { defaultLimits, type ResponseLimits } from "./response-limits.ts";
