import type { Field } from "../sigv4/sign.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export interface CorsRule {
  readonly id: string | undefined;
  /** Each with at most one "*". */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeS: number | undefined;
}

export const MAX_CORS_RULES = 100;

/** What a browser asks before, or as it sends, a request of another origin's page. */
export interface CorsRequest {
  readonly origin: string;
  /** Of the request itself, or the one that a preflight asks for. */
  readonly method: string;
  /** Only a preflight has these. */
  readonly headers: readonly string[];
}

/** The fields of the answer by the first rule that allows it; `undefined` when none does. */
export function corsHeaders(
  rules: readonly CorsRule[],
  request: CorsRequest,
): readonly Field[] | undefined {
  for (const rule of rules) {
    const pattern = rule.allowedOrigins.find((allowed) => isLike(allowed, request.origin));
    if (pattern !== undefined && isAllowed(rule, request)) {
      return fieldsOf(rule, { request, isAnyOrigin: pattern === "*" });
    }
  }
  return undefined;
}

function isAllowed(rule: CorsRule, { method, headers }: CorsRequest): boolean {
  if (!rule.allowedMethods.includes(method)) return false;
  return headers.every((name) =>
    rule.allowedHeaders.some((allowed) => isLike(allowed.toLowerCase(), name.toLowerCase())),
  );
}

function fieldsOf(
  rule: CorsRule,
  { request, isAnyOrigin }: { request: CorsRequest; isAnyOrigin: boolean },
): Field[] {
  const fields: Field[] = [
    ["access-control-allow-origin", isAnyOrigin ? "*" : request.origin],
    ["access-control-allow-methods", rule.allowedMethods.join(", ")],
    ["vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"],
  ];
  if (!isAnyOrigin) fields.push(["access-control-allow-credentials", "true"]);
  if (request.headers.length > 0) {
    fields.push(["access-control-allow-headers", request.headers.join(", ").toLowerCase()]);
  }
  if (rule.exposeHeaders.length > 0) {
    fields.push(["access-control-expose-headers", rule.exposeHeaders.join(", ")]);
  }
  if (rule.maxAgeS !== undefined) fields.push(["access-control-max-age", String(rule.maxAgeS)]);
  return fields;
}

/** Not a regular expression: what the rule says comes from outside. */
function isLike(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
