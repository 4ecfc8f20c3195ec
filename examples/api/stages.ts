import {
  bodyLimit,
  compression,
  cors,
  type ServiceKit,
  type ServiceOptions,
  type Stage,
  securityHeaders,
  timeLimit,
} from "@breakwater/service";
import type { Settings } from "./settings.ts";

/**
 * What every call goes through beside the log, metrics and admission, which the kit adds; it knows
 * the order. Throws ServiceError.
 */
export function apiStages(
  { corsOrigins: origins, maxBody, requestTimeout: ms }: Settings,
  { clock }: ServiceKit,
  rateLimit: Stage | undefined,
): NonNullable<ServiceOptions["stages"]> {
  return {
    securityHeaders: securityHeaders(),
    cors: origins.length === 0 ? undefined : cors({ origins }),
    rateLimit,
    bodyLimit: bodyLimit(maxBody),
    timeLimit: timeLimit({ clock, ms }),
    compression: compression(),
  };
}
