/** Why something could not be done. Closed: each edge maps every code. */
export type ProxyErrorCode = "bad_option" | "not_found" | "name_in_use" | "too_many";

export class ProxyError extends Error {
  override readonly name = "ProxyError";
  readonly code: ProxyErrorCode;

  constructor(code: ProxyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A value as an error's message has it. */
export function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
