import { decodeMessage, emptyMessage } from "../json/decode-message.ts";
import { encodeMessage } from "../json/encode-message.ts";
import type { MessageType, TypeSource } from "./message-type.ts";

/** What was loaded: services' methods, and the types of their messages. */
export interface Schema {
  readonly methods: readonly GrpcMethod[];
  readonly types: TypeSource;
}

export interface GrpcMethod {
  /** "/package.Service/Method". */
  readonly path: string;
  readonly name: string;
  readonly package: string;
  /** Without the package. */
  readonly service: string;
  readonly isClientStream: boolean;
  readonly isServerStream: boolean;
  /** A request from its JSON form. @throws GrpcClientError `bad_message`, which names the field */
  encode(message: unknown): Uint8Array;
  /** A response as JSON, unpopulated fields too. @throws GrpcClientError `bad_message` */
  decode(bytes: Uint8Array): unknown;
  /** A response that has nothing. */
  empty(): unknown;
}

export interface MethodShape {
  readonly service: string;
  readonly name: string;
  readonly package: string;
  readonly isClientStream: boolean;
  readonly isServerStream: boolean;
  /** Looked up when first needed: a schema may have thousands of types. */
  readonly input: () => MessageType;
  readonly output: () => MessageType;
}

export function grpcMethod(shape: MethodShape): GrpcMethod {
  const { input, output, ...rest } = shape;
  const service = shape.package === "" ? shape.service : `${shape.package}.${shape.service}`;
  return {
    ...rest,
    path: `/${service}/${shape.name}`,
    encode: (message) => encodeMessage(input(), message),
    decode: (bytes) => decodeMessage(output(), bytes),
    empty: () => emptyMessage(output()),
  };
}
