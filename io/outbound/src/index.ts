export type { Fetch } from "./attempt.ts";
export type { BreakerOptions, CircuitState } from "./circuit-breaker.ts";
export {
  type Outbound,
  type OutboundEvent,
  type OutboundInit,
  type OutboundOptions,
  type OutboundSnapshot,
  outbound,
  type RetryOptions,
} from "./outbound.ts";
export { OutboundError, type OutboundErrorCode } from "./outbound-error.ts";
export type { RetryBudgetOptions } from "./retry-budget.ts";
export type { BackoffOptions } from "./retry-rules.ts";
