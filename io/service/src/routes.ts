import { noParams, pathPatterns, type ReceivedRequest } from "@breakwater/http-server";
import type { CallHandler, MatchedRoute, Stage } from "./call.ts";
import { respondProblem } from "./problem.ts";
import { ServiceError } from "./service-error.ts";

export interface RouteSpec {
  readonly handler: CallHandler;
  /** What happens before the handler, of this route alone; the first is the outermost. */
  readonly stages?: readonly Stage[];
  /** See MatchedRoute. */
  readonly isCritical?: boolean;
  readonly priority?: number;
}

/**
 * By "METHOD /pattern": "GET /api/users/:id"; "*" at a pattern's end stands for any rest. GET
 * answers HEAD as well. "ANY /pattern" answers every method that is not named. What answers is a
 * handler, or one with options.
 */
export type ServiceRoutes = Readonly<Record<string, CallHandler | RouteSpec>>;

/**
 * Finds what answers a request. An unknown path is answered by `fallback`, a method that is not
 * there by 405, OPTIONS by 204 with Allow.
 */
export function routeMatcher(
  routes: ServiceRoutes,
  fallback: CallHandler,
): (request: ReceivedRequest) => MatchedRoute {
  const find = pathPatterns(byPattern(routes));
  const unmatched: MatchedRoute = {
    pattern: "unmatched",
    params: noParams,
    isCritical: false,
    priority: undefined,
    handler: fallback,
  };
  return ({ path, method }) => {
    const found = find(path);
    if (found === undefined) return unmatched;
    const route = found.value(method);
    return found.params === noParams ? route : { ...route, params: found.params };
  };
}

/** Of one pattern, what answers each method. */
type Methods = (method: string) => MatchedRoute;

function byPattern(routes: ServiceRoutes): [string, Methods][] {
  const patterns = new Map<string, Map<string, RouteSpec>>();
  for (const [key, entry] of Object.entries(routes)) {
    const [method = "", pattern = "", ...rest] = key.split(" ");
    if (!/^[A-Z]+$/.test(method) || !pattern.startsWith("/") || rest.length > 0) {
      const hint = `write it like "GET /api/users/:id"`;
      throw new ServiceError("bad_option", `Cannot route "${key}": ${hint}`);
    }
    const methods = patterns.get(pattern) ?? new Map<string, RouteSpec>();
    methods.set(method, typeof entry === "function" ? { handler: entry } : entry);
    patterns.set(pattern, methods);
  }
  return [...patterns].map(([pattern, specs]) => [pattern, methodsOf(pattern, specs)]);
}

function methodsOf(pattern: string, specs: ReadonlyMap<string, RouteSpec>): Methods {
  const compiled = (spec: RouteSpec): MatchedRoute => {
    const { stages = [], isCritical = false, priority } = spec;
    const handler = stages.reduceRight((next, stage) => stage(next), spec.handler);
    return { pattern, params: noParams, isCritical, priority, handler };
  };
  const methods = new Map([...specs].map(([method, spec]) => [method, compiled(spec)]));
  const names = [...specs.keys(), ...(specs.has("GET") ? ["HEAD"] : []), "OPTIONS"];
  const allow = [...new Set(names)].join(", ");
  const any = methods.get("ANY");
  const head = methods.get("GET") ?? any;
  const preflight = any ?? compiled({ handler: answerOptions(allow) });
  const others = any ?? compiled({ handler: refuseMethod(allow) });
  return (method) => {
    const named = methods.get(method);
    if (named !== undefined) return named;
    if (method === "HEAD") return head ?? others;
    return method === "OPTIONS" ? preflight : others;
  };
}

function answerOptions(allow: string): CallHandler {
  return (call) => call.respond({ status: 204, fields: [["allow", allow]] });
}

function refuseMethod(allow: string): CallHandler {
  return (call) =>
    respondProblem(call, {
      status: 405,
      code: "method_not_allowed",
      detail: `Cannot ${call.request.method} ${call.route.pattern}: use ${allow}`,
      fields: [["allow", allow]],
    });
}
