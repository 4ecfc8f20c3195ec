export { AdmissionError, type AdmissionErrorCode } from "./admission-error.ts";
export type { LimitAlgorithm, Sample } from "./algorithm.ts";
export { type AimdOptions, aimd } from "./algorithms/aimd.ts";
export type { LimitBounds } from "./algorithms/bounds.ts";
export { fixed } from "./algorithms/fixed.ts";
export { type Gradient2Options, gradient2 } from "./algorithms/gradient2.ts";
export { type PlateauOptions, plateau } from "./algorithms/plateau.ts";
export { type VegasOptions, vegas } from "./algorithms/vegas.ts";
export { type CcuForm, type CcuOptions, ccu } from "./ccu.ts";
export type { Clock } from "./clock.ts";
export { type ConcurrencyLimiterOptions, concurrencyLimiter } from "./concurrency-limiter.ts";
export { type DefaultAlgorithmOptions, defaultAlgorithm } from "./default-algorithm.ts";
export { rejectionDetails } from "./http/rejection-details.ts";
export { retryAfterSeconds } from "./http/retry-after.ts";
export { statusOutcome } from "./http/status-outcome.ts";
export { type KeyedLimiter, type KeyedLimiterOptions, keyedLimiter } from "./keyed-limiter.ts";
export type {
  AbortSignalLike,
  AcquireOptions,
  Limiter,
  LimiterSnapshot,
  PartitionSnapshot,
  RequestContext,
} from "./limiter.ts";
export type {
  AdmittedEvent,
  LimitEvent,
  LimiterEvent,
  RejectedEvent,
  ReleasedEvent,
} from "./limiter-event.ts";
export type { PartitionOptions, PartitionShare } from "./partition.ts";
export type { Outcome, Permit } from "./permit.ts";
export {
  type PressureGate,
  type PressureGateOptions,
  type PressureSignal,
  pressureGate,
} from "./pressure/pressure-gate.ts";
export type { PriorityOptions } from "./priority-cutoff.ts";
export type { CodelOptions, QueueOptions } from "./queue/queue-options.ts";
export { type GcraOptions, gcra, type RateLimit } from "./rate/gcra.ts";
export { gcraStep, parseRateRule, type RateResult, type RateRule } from "./rate/gcra-step.ts";
export type { Rejection, RejectionReason } from "./rejection.ts";
export { type WindowOptions, windowed } from "./windowed.ts";
