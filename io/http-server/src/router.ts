import type { ReceivedRequest } from "@breakwater/wire";
import type { Exchange, Handler } from "./exchange.ts";

/** Answers what its route's pattern fits. `params` are what the pattern's names stood for. */
export type RouteHandler<Param extends string = never> = (
  exchange: Exchange,
  params: Readonly<Record<Param, string>>,
) => void | Promise<void>;

/** The names after a colon in a pattern: "size" in "/bin/:size". */
export type ParamOf<Pattern extends string> =
  Pattern extends `${string}:${infer Param}/${infer Rest}`
    ? Param | ParamOf<`/${Rest}`>
    : Pattern extends `${string}:${infer Param}`
      ? Param
      : never;

/** Each pattern and what answers it; "*" at the end stands for any rest, whose name is "rest". */
export type Routes<Pattern extends string> = {
  readonly [P in Pattern]: RouteHandler<ParamOf<P>>;
};

export interface RouterOptions<Pattern extends string> {
  readonly routes: Routes<Pattern>;
  /** Answers every path that has no route. */
  readonly fallback: Handler;
}

interface Match {
  /** Whose it is: a router may be within another's route. */
  readonly owner: object;
  readonly handler: RouteHandler<string>;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route of each request by its path, segment by segment; an exact one before one with
 * parameters. Parameters come percent-decoded, or as sent where that cannot be.
 *
 * Hot path: heads that are alike are matched once.
 */
export function router<Pattern extends string>(options: RouterOptions<Pattern>): Handler {
  const { fallback } = options;
  // The params that `Routes` promised each handler are filled in here.
  const routes = options.routes as Readonly<Record<string, RouteHandler<string>>>;
  const exact = new Map<string, Match>();
  const patterns: {
    readonly segments: readonly string[];
    readonly handler: RouteHandler<string>;
  }[] = [];
  for (const [pattern, handler] of Object.entries(routes)) {
    if (pattern.includes(":") || pattern.endsWith("*")) {
      patterns.push({ segments: pattern.split("/"), handler });
    } else exact.set(pattern, { owner: options, handler, params: {} });
  }
  const nothing: Match = { owner: options, handler: fallback, params: {} };
  const find = ({ path }: ReceivedRequest): Match => {
    const same = exact.get(path);
    if (same !== undefined) return same;
    const parts = path.split("/");
    for (const { segments, handler } of patterns) {
      const params = tryMatch(segments, parts);
      if (params !== undefined) return { owner: options, handler, params };
    }
    return nothing;
  };
  return (exchange) => {
    const { request } = exchange;
    // Only routers write there.
    let match = request.memo as Match | undefined;
    if (match?.owner !== options) {
      match = find(request);
      request.memo = match;
    }
    return match.handler(exchange, match.params);
  };
}

function tryMatch(
  segments: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const hasRest = segments.at(-1) === "*";
  if (hasRest ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index]!;
    if (segment === "*") params["rest"] = decoded(parts.slice(index).join("/"));
    else if (segment.startsWith(":")) params[segment.slice(1)] = decoded(part);
    else if (segment !== part) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
