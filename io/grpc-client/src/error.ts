/** What could not be loaded, encoded or connected; a call's failure is a value, its status. */
export class GrpcClientError extends Error {
  override readonly name = "GrpcClientError";
  readonly code: GrpcClientErrorCode;

  constructor(code: GrpcClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export type GrpcClientErrorCode =
  /** A .proto file or descriptor set that cannot be used. */
  | "bad_schema"
  /** A message that does not fit its type. */
  | "bad_message"
  | "bad_metadata"
  | "bad_tls"
  | "connect_failed"
  | "connect_timeout"
  /** The server's reflection or health service failed. */
  | "call_failed"
  | "closed";
