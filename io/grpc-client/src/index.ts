export {
  type CallOptions,
  type ConnectOptions,
  GrpcConnection,
  type UnaryCall,
  type UnaryOutcome,
} from "./connection.ts";
export type { GrpcTls } from "./credentials.ts";
export { GrpcClientError, type GrpcClientErrorCode } from "./error.ts";
export { type GrpcClient, type GrpcClientOptions, grpcClient } from "./grpc-client.ts";
export { checkHealth, healthOf } from "./health.ts";
export type { MetadataValues } from "./metadata.ts";
export { type ReflectOptions, reflect } from "./reflection.ts";
export { schemaFromDescriptorSet } from "./schema/from-descriptors.ts";
export { loadProtoFiles, type ProtoFiles } from "./schema/load-proto-files.ts";
export type { TypeSource } from "./schema/message-type.ts";
export type { GrpcMethod, Schema } from "./schema/schema.ts";
export { statusDetailsOf } from "./status-details.ts";
export { GrpcStream, type GrpcStreamEnd, type GrpcStreamListener } from "./stream.ts";
