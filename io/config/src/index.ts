export { ConfigError, type ConfigErrorCode } from "./config-error.ts";
export type { Environment } from "./environment.ts";
export { duration, type Quantity, size } from "./quantities.ts";
export { type ConfigResult, type ReadConfigOptions, readConfig } from "./read-config.ts";
export { secret } from "./secret.ts";
export { type Change, type Config, type ConfigEntry, changed, showConfig } from "./show-config.ts";
