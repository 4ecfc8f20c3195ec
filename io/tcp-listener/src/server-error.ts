/** Why somebody could not listen, with TLS or without. Closed: each edge maps every code. */
export type ServerErrorCode =
  | "port_in_use"
  | "port_forbidden"
  | "address_unavailable"
  | "bad_certificate"
  | "cannot_listen";

export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
