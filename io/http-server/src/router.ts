import type { Exchange, Handler } from "./exchange.ts";
import { pathPatterns } from "./path-patterns.ts";

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
  const find = pathPatterns(Object.entries(routes));
  const nothing: Match = { owner: options, handler: fallback, params: {} };
  const match = (path: string): Match => {
    const found = find(path);
    return found ? { owner: options, handler: found.value, params: found.params } : nothing;
  };
  return (exchange) => {
    const { request } = exchange;
    // Only routers write there.
    let known = request.memo as Match | undefined;
    if (known?.owner !== options) {
      known = match(request.path);
      request.memo = known;
    }
    return known.handler(exchange, known.params);
  };
}
