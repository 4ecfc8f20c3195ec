import type { Field } from "@breakwater/wire";
import type { Call, Stage } from "../call.ts";
import { checkWhole, ServiceError } from "../service-error.ts";

export interface CorsOptions {
  /**
   * Whose pages may read answers: "https://app.example.com", "https://*.example.com" for all its
   * subdomains, or "*" alone for everybody's.
   */
  readonly origins: readonly string[];
  /** Pages may send cookies. Not with "*", or every page could act as its visitor. */
  readonly credentials?: boolean;
  readonly methods?: readonly string[];
  /** Fields that pages may send; whatever they ask for if left out. */
  readonly requestFields?: readonly string[];
  /** Fields of answers that pages may read, besides those that they always may. */
  readonly exposedFields?: readonly string[];
  /** How long browsers remember what a preflight said. Two hours is the most that they take. */
  readonly maxAgeS?: number;
}

/**
 * Lets pages of other origins use the service: the CORS protocol of the Fetch standard, section
 * 3.3. A preflight is answered here, for every path, before whatever could refuse it.
 */
export function cors(options: CorsOptions): Stage {
  const { credentials = false } = options;
  const allowed = originCheck(options);
  const isForAll = options.origins.includes("*");
  const extra = toFields(options, credentials);
  const preflight = preflightAnswer(options);
  return (next) => (call) => {
    if (!isForAll) call.vary("origin");
    const origin = call.request.header("origin");
    if (origin === undefined) return next(call);
    const isAllowed = allowed(origin);
    if (isAllowed) {
      call.setFields([["access-control-allow-origin", isForAll ? "*" : origin], ...extra]);
    }
    const { method } = call.request;
    if (method !== "OPTIONS" || call.request.header("access-control-request-method") === undefined)
      return next(call);
    return preflight(call, isAllowed);
  };
}

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const MAX_AGE_S = 7200;

function toFields({ exposedFields = [] }: CorsOptions, credentials: boolean): Field[] {
  const fields: Field[] = [];
  if (credentials) fields.push(["access-control-allow-credentials", "true"]);
  if (exposedFields.length > 0) {
    fields.push(["access-control-expose-headers", exposedFields.join(", ")]);
  }
  return fields;
}

function preflightAnswer(options: CorsOptions): (call: Call, isAllowed: boolean) => void {
  const { methods = METHODS, requestFields, maxAgeS = MAX_AGE_S } = options;
  checkWhole("maxAgeS", maxAgeS, 0, 86_400);
  const fields: readonly Field[] = [
    ["access-control-allow-methods", methods.join(", ")],
    ["access-control-max-age", String(maxAgeS)],
  ];
  return (call, isAllowed) => {
    if (requestFields === undefined) call.vary("access-control-request-headers");
    const asked = call.request.header("access-control-request-headers");
    const allowed = requestFields?.join(", ") ?? asked;
    const more: readonly Field[] =
      allowed === undefined ? [] : [["access-control-allow-headers", allowed]];
    // Whose origin is not allowed is told nothing, and that is what its browser takes for a no.
    call.respond({ status: 204, fields: isAllowed ? [...fields, ...more] : [] });
  };
}

function originCheck({ origins, credentials = false }: CorsOptions): (origin: string) => boolean {
  const wrong = (why: string): ServiceError => new ServiceError("bad_option", why);
  if (origins.includes("*")) {
    if (credentials) {
      throw wrong(
        'Cannot allow credentials to the origin "*": name the origins that may have them',
      );
    }
    return () => true;
  }
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const origin of origins) {
    if (/^[a-z][a-z0-9+.-]*:\/\/(\*\.)?[^\s/*?#]+$/.test(origin)) {
      const [scheme = "", host = ""] = origin.split("://*");
      if (host === "") exact.add(origin);
      else patterns.push(subdomains(scheme, host));
    } else if (origin === "null") exact.add(origin);
    else {
      const hint = "write https://app.example.com, https://*.example.com or *";
      throw wrong(`Cannot allow the origin "${origin}": ${hint}`);
    }
  }
  return (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

function subdomains(scheme: string, host: string): RegExp {
  const literal = (text: string): string => text.replace(/[^a-z0-9]/gi, "\\$&");
  return new RegExp(`^${literal(scheme)}://[a-z0-9-]+(\\.[a-z0-9-]+)*${literal(host)}$`);
}
