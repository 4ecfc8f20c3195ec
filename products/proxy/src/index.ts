export { DEFAULT_CONTROL } from "./options.ts";
export { ProxyError } from "./proxy-error.ts";
export { type RunningProxy, type RunProxyOptions, runProxy } from "./run.ts";
