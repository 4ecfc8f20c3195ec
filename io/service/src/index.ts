export {
  type AdmissionByKeyOptions,
  type AdmissionOptions,
  admission,
  admissionByKey,
} from "./admission/admission.ts";
export { CallGone } from "./admission/call-gone.ts";
export type { Capacity, Load, WatchedLimiter } from "./admission/load.ts";
export { type RefuseOptions, refuseCall } from "./admission/refuse-call.ts";
export type { Call, CallEnd, CallHandler, MatchedRoute, Stage } from "./call.ts";
export {
  type Health,
  type HealthCheck,
  type HealthOptions,
  health,
  type LoadReadiness,
} from "./health/health.ts";
export { type AccessLogOptions, accessLog } from "./log/access-log.ts";
export type { LogSink } from "./log/log-output.ts";
export {
  callLogger,
  type Logger,
  type LogLevel,
  logLevels,
  type ServiceLog,
  type ServiceLogOptions,
  serviceLog,
} from "./log/service-log.ts";
export type { AdmissionWatch } from "./metrics/admission-metrics.ts";
export { figuresOf, metricsJson } from "./metrics/metrics-json.ts";
export { BucketCounts, type Reading } from "./metrics/read-metric.ts";
export { durationBuckets, type RequestTotals } from "./metrics/request-series.ts";
export {
  type GaugeOptions,
  type HistogramOptions,
  type ServiceMetrics,
  type ServiceMetricsOptions,
  serviceMetrics,
} from "./metrics/service-metrics.ts";
export { type Problem, respondProblem } from "./problem.ts";
export { type ProfilingTools, profiling } from "./profiling/profiling.ts";
export { type CallRewriting, rewrittenCall } from "./rewritten-call.ts";
export type { RouteSpec, ServiceRoutes } from "./routes.ts";
export {
  type DrainTimes,
  type PressureRamp,
  type RunningService,
  runService,
  type ServiceAdmission,
  type ServiceOptions,
  serviceLimits,
} from "./run/run-service.ts";
export { type ServiceKit, type ServiceKitOptions, serviceKit } from "./run/service-kit.ts";
export type { SideOptions } from "./run/side-port.ts";
export { type StandardStages, standardStages } from "./run/standard-stages.ts";
export type { Resource, StopServiceOptions } from "./run/stop-service.ts";
export { ServiceError, type ServiceErrorCode } from "./service-error.ts";
export { type ServiceHandlerOptions, serviceHandler } from "./service-handler.ts";
export {
  type ApiKeyOwner,
  type ApiKeySpec,
  type ApiKeyTable,
  apiKeyTable,
} from "./web/api-key-table.ts";
export {
  type ApiKeysOptions,
  type AuthenticateOptions,
  apiKeys,
  authenticate,
  requireRole,
  type Verified,
} from "./web/authenticate.ts";
export { bodyLimit } from "./web/body-limit.ts";
export type { Audience } from "./web/cache-rules.ts";
export type { CacheStore, KeepOptions, KeptAnswer, Lookup } from "./web/cache-store.ts";
export {
  type ClientIpOptions,
  clientIpOf,
  isFrom,
  isNetwork,
  networkOf,
} from "./web/client-ip.ts";
export { type CompressionOptions, compression } from "./web/compression.ts";
export { type CorsOptions, cors } from "./web/cors.ts";
export { type MemoryCache, type MemoryCacheOptions, memoryCache } from "./web/memory-cache.ts";
export { pageDocument, pageScript, pageStyle } from "./web/page-asset.ts";
export { type RateLimitOptions, type RateOutcome, rateLimit } from "./web/rate-limit.ts";
export type { RateStore } from "./web/rate-store.ts";
export {
  type ReadLimits,
  type ReadResult,
  readBytes,
  readJson,
  readText,
} from "./web/read-body.ts";
export {
  type CacheCounts,
  type CacheOutcome,
  type ResponseCache,
  type ResponseCacheOptions,
  responseCache,
} from "./web/response-cache.ts";
export { type SecurityHeadersOptions, securityHeaders } from "./web/security-headers.ts";
export { idleLimit, type TimeLimitOptions, timeLimit } from "./web/time-limit.ts";
