export { GateError, type GateErrorCode } from "./gate-error.ts";
export type { FlagName } from "./options.ts";
export { type RunGateOptions, type RunningGate, runGate } from "./run.ts";
