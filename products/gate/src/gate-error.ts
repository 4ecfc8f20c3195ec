/** Why the gate cannot be as it was asked for. Closed: each edge maps every code. */
export type GateErrorCode = "bad_option" | "bad_file" | "cannot_reload";

export class GateError extends Error {
  override readonly name = "GateError";
  readonly code: GateErrorCode;

  constructor(code: GateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
