export { BridgeError, type BridgeErrorCode } from "./bridge-error.ts";
export { isAboutSettings, type RunBridgeOptions, type RunningBridge, runBridge } from "./run.ts";
export { readSettings, type Settings, type SettingsSource } from "./settings.ts";
