export { type OriginOptions, originDefaults } from "./options.ts";
export { OriginError, type OriginErrorCode } from "./origin-error.ts";
export { type RunningOrigin, runOrigin, type StopOriginOptions } from "./run.ts";
