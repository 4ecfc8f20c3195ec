export type { GrpcCall, GrpcStream } from "./grpc-call.ts";
export { type GrpcHandlerOptions, grpcHandler } from "./grpc-handler.ts";
export { type GrpcHealth, grpcHealth, type ServingStatus } from "./grpc-health.ts";
export { withReflection } from "./grpc-reflection.ts";
export {
  type GrpcMethod,
  type GrpcService,
  type GrpcServiceOptions,
  grpcService,
  type MessageReader,
  type MethodHandler,
  stream,
  unary,
} from "./grpc-service.ts";
export { type MessageCodec, MessageParts, messageCodec } from "./message-codec.ts";
export type { Metadata, MetadataEntry } from "./metadata.ts";
export { type ProtoFile, type ProtoText, protoFile } from "./proto-file.ts";
export { type GrpcCode, GrpcError, type GrpcFailureCode, grpcCodes } from "./status.ts";
