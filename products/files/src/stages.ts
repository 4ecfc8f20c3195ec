import {
  bodyLimit,
  cors,
  rateLimit,
  type ServiceKit,
  type ServiceOptions,
  type Stage,
  securityHeaders,
  timeLimit,
} from "@breakwater/service";
import { admissionStage, isTransfer } from "./admission-stage.ts";
import { authentication, isOpen } from "./auth/authentication.ts";
import type { Envelopes } from "./envelope.ts";
import { kitProblems } from "./kit-problems.ts";
import type { RequestFigures } from "./metrics/request-figures.ts";
import type { Settings } from "./settings.ts";
import type { Shared } from "./shared.ts";
import { tusExposedFields } from "./tus/index.ts";

export interface StageParts {
  readonly kit: ServiceKit;
  readonly settings: Settings;
  readonly envelopes: Envelopes;
  readonly shared: Shared | undefined;
  /** Under --enable-profiling. */
  readonly requests: RequestFigures | undefined;
}

/** What every call goes through beside log and metrics, which the kit adds; it knows the order. */
export function filesStages(parts: StageParts): NonNullable<ServiceOptions["stages"]> {
  const { kit, settings, envelopes, requests } = parts;
  const { compat: isCompat, requestTimeout: ms } = settings;
  const inTime = timeLimit({ clock: kit.clock, ms });
  const origins = originsOf(settings);
  // Images and the like, which other pages show without asking by CORS.
  const resourcePolicy = origins.length === 0 ? "same-origin" : "cross-origin";
  const harmless = securityHeaders({ resourcePolicy });
  return {
    securityHeaders: joined(requests?.stage, kitProblems({ isCompat }), harmless),
    cors: origins.length === 0 ? undefined : cors({ origins, exposedFields }),
    rateLimit: settings.disableRateLimiter ? undefined : limitOfClients(parts),
    bodyLimit: bodyLimit(maxBodyBytes(settings)),
    timeLimit: joined(unless(mayTakeLong, inTime), admissionStage(settings, kit)),
    authenticate: isOpen(settings)
      ? undefined
      : authentication(settings, {
          clock: kit.clock,
          envelopes,
          onKeysFailure: (err) => kit.log.logger.warn({ err }, "Cannot fetch keys for tokens"),
        }),
  };
}

/** A hundred files in a form, and what is around them. */
export const maxBodyBytes = ({ maxUpload }: Settings): number =>
  Math.min(Number.MAX_SAFE_INTEGER, maxUpload * FILES_IN_FORM + FORM_BYTES);

const FILES_IN_FORM = 100;
const FORM_BYTES = 1_048_576;

/** Their time is their client's, or that of as many files as there are. */
const mayTakeLong = (pattern: string): boolean =>
  isTransfer(pattern) || pattern === "/delete-folder" || pattern.startsWith("/debug/");

/** One after the other, the first being the outermost. */
function joined(...stages: readonly (Stage | undefined)[]): Stage {
  return (next) => stages.reduceRight<typeof next>((inner, stage) => stage?.(inner) ?? inner, next);
}

function unless(isExempt: (pattern: string) => boolean, stage: Stage): Stage {
  return (next) => {
    const staged = stage(next);
    return (call) => (isExempt(call.route.pattern) ? next(call) : staged(call));
  };
}

/**
 * All pages may use it where a key has to be brought, as before. Where none has, a page that
 * somebody happens to visit could delete what is on this machine: only its own may.
 */
function originsOf(settings: Settings): readonly string[] {
  const isForAll = settings.compat || !isOpen(settings);
  return settings.corsOrigins ?? (isForAll ? ["*"] : []);
}

const exposedFields: readonly string[] = [
  "Location",
  "ETag",
  "Content-Range",
  "Content-Disposition",
  "Retry-After",
  "RateLimit",
  "RateLimit-Policy",
  ...tusExposedFields,
];

/** About 100 bytes each. */
const MAX_CLIENTS = 100_000;
const unitMs: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000 };

function limitOfClients({ kit, settings, shared }: StageParts): Stage {
  const [limit = "", unit = ""] = settings.rateLimit.split("/");
  let limited = 0;
  kit.metrics.registerCounter({
    name: "rate_limited_total",
    help: "Requests that were refused because their client had sent too many.",
    read: () => limited,
  });
  return rateLimit({
    anonymous: {
      limit: Number(limit),
      periodMs: unitMs[unit] ?? Number.NaN,
      burst: settings.rateBurst,
    },
    maxKeys: MAX_CLIENTS,
    ...(shared && { store: shared.rates }),
    onOutage: ({ isDown, error: err }) => {
      if (isDown) kit.log.logger.warn({ err }, "Redis is down: counting requests in memory");
      else kit.log.logger.info("Redis is up: counting requests there again");
    },
    onOutcome: (outcome) => {
      if (outcome === "limited") limited += 1;
    },
  });
}
