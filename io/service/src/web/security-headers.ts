import type { Field } from "@breakwater/wire";
import type { Stage } from "../call.ts";
import { checkWhole } from "../service-error.ts";

export interface SecurityHeadersOptions {
  /** For how long browsers use nothing but TLS (RFC 6797); 0 leaves it out. A year by default. */
  readonly hstsMaxAgeS?: number;
  /** TLS ends at a proxy in front, so that every answer goes over it. */
  readonly isBehindTls?: boolean;
  /** The default is for services that answer with data: it allows a page nothing at all. */
  readonly contentSecurityPolicy?: string;
  /** Who may use answers within their pages: CORP of the Fetch standard. */
  readonly resourcePolicy?: "same-origin" | "same-site" | "cross-origin";
}

const YEAR_S = 31_536_000;

/**
 * What keeps browsers from making more of an answer than it is. A handler that knows better says
 * the same name itself. One constant list for all answers.
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Stage {
  const {
    hstsMaxAgeS = YEAR_S,
    isBehindTls = false,
    contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'",
    resourcePolicy = "same-origin",
  } = options;
  checkWhole("hstsMaxAgeS", hstsMaxAgeS, 0, 10 * YEAR_S);
  const always: readonly Field[] = [
    ["content-security-policy", contentSecurityPolicy],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", resourcePolicy],
  ];
  const hsts: Field = ["strict-transport-security", `max-age=${hstsMaxAgeS}; includeSubDomains`];
  // Over plain HTTP anybody on the way could set it, so browsers ignore it there.
  const overTls = hstsMaxAgeS === 0 ? always : [...always, hsts];
  return (next) => (call) => {
    call.setFields(isBehindTls || call.connection.isTls ? overTls : always);
    return next(call);
  };
}
