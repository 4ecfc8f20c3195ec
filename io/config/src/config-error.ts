/** Why a schema cannot be one of settings: a mistake of its author, not of who runs the service. */
export type ConfigErrorCode = "bad_schema";

/** What this package throws. Wrong settings are a value: see ConfigResult. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
