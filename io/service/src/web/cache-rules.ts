import { acceptedCoding, type ReceivedRequest } from "@breakwater/http-server";
import type { Field } from "@breakwater/wire";
import type { Call } from "../call.ts";

/**
 * Whose answers are given to whom. "anonymous": nothing of who says who they are, by a token, a key
 * or a cookie. "user": each user has an own one. "everyone": all get the same, whoever they are.
 */
export type Audience = "anonymous" | "user" | "everyone";

/** How a request may be answered: from the cache, only by the handler, or by it and then kept. */
export type CacheUse = "use" | "renew" | "bypass";

/** RFC 9111, sections 3 and 5.2.1: what the request allows. */
export function useFor(call: Call, audience: Audience): CacheUse {
  const { request } = call;
  if (request.method !== "GET" && request.method !== "HEAD") return "bypass";
  if (request.header("range") !== undefined) return "bypass";
  if (audience === "anonymous" && isKnown(call)) return "bypass";
  const control = request.header("cache-control");
  if (control === undefined) return "use";
  if (/\bno-store\b/i.test(control)) return "bypass";
  return /\bno-cache\b|\bmax-age\s*=\s*"?0\b/i.test(control) ? "renew" : "use";
}

function isKnown({ user, request }: Call): boolean {
  if (user !== undefined || request.header("authorization") !== undefined) return true;
  return request.header("cookie") !== undefined || request.header("x-api-key") !== undefined;
}

/** Without what the answer varies by, which is not known before it. */
export function keyOf({ request, user }: Call, audience: Audience): string {
  const whose = audience === "user" && user !== undefined ? JSON.stringify(user) : "";
  return `${whose} ${request.authority} ${request.path}?${request.query}`;
}

/** The key with the values of the fields that the answer varies by. */
export function variantOf(
  key: string,
  request: ReceivedRequest,
  names: readonly string[] | undefined,
): string {
  if (names === undefined) return key;
  const values = names.map((name) => {
    const value = request.header(name);
    // Clients write the same wish in many ways.
    return name === "accept-encoding" ? acceptedCoding(value) : value;
  });
  return `${key} ${JSON.stringify(values)}`;
}

export interface Verdict {
  readonly freshMs: number;
  /** The names of Vary in lower case, sorted. */
  readonly varies: readonly string[];
}

export interface RuleOptions {
  readonly audience: Audience;
  readonly ttlMs: number;
}

/** RFC 9110, section 15.1: what says nothing of when or for whom it was made. */
const keepable: ReadonlySet<number> = new Set([200, 203, 301, 308, 404, 410]);

/** How long an answer may be given again; undefined if not at all (RFC 9111, section 3). */
export function verdictOn(
  { status, fields }: { readonly status: number; readonly fields: readonly Field[] },
  { audience, ttlMs }: RuleOptions,
): Verdict | undefined {
  if (!keepable.has(status)) return undefined;
  const varies = new Set<string>();
  let freshMs = ttlMs;
  for (const [name, value] of fields) {
    switch (name.toLowerCase()) {
      case "set-cookie":
      case "content-range":
        return undefined;
      case "vary":
        for (const each of value.split(",")) varies.add(each.trim().toLowerCase());
        break;
      case "cache-control":
        if (/\bno-(store|cache)\b/i.test(value)) return undefined;
        if (audience !== "user" && /\bprivate\b/i.test(value)) return undefined;
        freshMs = lifetimeMs(value) ?? freshMs;
    }
  }
  varies.delete("");
  return varies.has("*") || freshMs <= 0 ? undefined : { freshMs, varies: inOrder(varies) };
}

/** Of names, so that all instances write the same key. */
export function inOrder(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}

/** RFC 9111, section 4.2.1: s-maxage is for caches that are shared, as this one is. */
function lifetimeMs(control: string): number | undefined {
  const found =
    /\bs-maxage\s*=\s*"?(\d+)/i.exec(control) ?? /\bmax-age\s*=\s*"?(\d+)/i.exec(control);
  return found === null ? undefined : Number(found[1]) * 1000;
}

/** RFC 9110, section 13.1.2: the client has it already. */
export function isUnchanged(request: ReceivedRequest, fields: readonly Field[]): boolean {
  const known = request.header("if-none-match");
  if (known === undefined) return false;
  const etag = fields.find(([name]) => name.toLowerCase() === "etag")?.[1];
  if (etag === undefined) return false;
  if (known.trim() === "*") return true;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return known.split(",").some((tag) => opaque(tag) === opaque(etag));
}
