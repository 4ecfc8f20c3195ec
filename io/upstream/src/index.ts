export type {
  FailedForward,
  ForwardedPolicy,
  ForwardFailure,
  ForwardOptions,
  ForwardResult,
  UnsentFailure,
} from "./forward-options.ts";
export { type Upstream, type UpstreamCounts, type UpstreamOptions, upstream } from "./upstream.ts";
export { UpstreamError, type UpstreamErrorCode } from "./upstream-error.ts";
