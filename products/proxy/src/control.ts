import {
  type Exchange,
  type Handler,
  refuse,
  respondJson,
  router,
  ServerError,
  type ServerErrorCode,
} from "@breakwater/http-server";
import { inDirections, parseDirection, parseImpairments } from "./impairment-fields.ts";
import type { Proxies } from "./proxies.ts";
import { ProxyError, type ProxyErrorCode } from "./proxy-error.ts";
import { parseProxyChange, parseProxySpec } from "./proxy-spec.ts";
import { readJson } from "./read-json.ts";

/** One method of a path: its answer's value, or undefined for 204. */
type Action = (exchange: Exchange, name: string) => unknown;
type Methods = Readonly<Record<string, Action>>;

/** How proxies are added, changed and watched over HTTP while they run. */
export function controlHandler(proxies: Proxies): Handler {
  const { proxy, impairments, actions } = methodsOfOne(proxies);
  const list: Methods = {
    GET: () => ({ proxies: proxies.views() }),
    POST: async (exchange) => proxies.add(parseProxySpec(await readJson(exchange))),
  };
  const stats: Methods = { GET: () => ({ seed: proxies.seed, proxies: proxies.views() }) };
  const nowhere = (exchange: Exchange): void => refuse(exchange, 404, notFound(exchange));
  const routes = router({
    routes: {
      "/proxies": (exchange) => answer(exchange, list, ""),
      "/proxies/:name": (exchange, { name }) => answer(exchange, proxy, name),
      "/proxies/:name/impairments": (exchange, { name }) => answer(exchange, impairments, name),
      "/proxies/:name/:action": (exchange, { name, action }) => {
        const post = Object.hasOwn(actions, action) ? actions[action] : undefined;
        return post ? answer(exchange, { POST: post }, name) : nowhere(exchange);
      },
      "/stats": (exchange) => answer(exchange, stats, ""),
    },
    fallback: nowhere,
  });
  return (exchange) => {
    // A page in a browser on this machine could reach it, too.
    if (exchange.request.header("origin") === undefined) return routes(exchange);
    refuse(exchange, 403, "Cannot answer a web page: use curl or another program");
    return undefined;
  };
}

function methodsOfOne(proxies: Proxies): {
  readonly proxy: Methods;
  readonly impairments: Methods;
  readonly actions: Methods;
} {
  const then = (name: string, change: () => void): unknown => {
    change();
    return proxies.view(name);
  };
  const change: Action = async (exchange, name) => {
    const parsed = parseProxyChange(await readJson(exchange), proxies.get(name).impairments);
    return then(name, () => {
      const running = proxies.get(name);
      if (parsed.upstream !== undefined) running.setUpstream(parsed.upstream);
      running.set(parsed.impairments);
    });
  };
  const setImpairments = (exchange: Exchange, name: string, value: unknown): unknown => {
    const query = new URLSearchParams(exchange.request.query);
    const direction = parseDirection(query.get("direction") ?? "both");
    const wanted = inDirections(parseImpairments(value), direction);
    return then(name, () => proxies.get(name).set(wanted));
  };
  return {
    proxy: {
      GET: (_exchange, name) => proxies.view(name),
      PATCH: change,
      DELETE: (_exchange, name) => proxies.remove(name),
    },
    impairments: {
      GET: (_exchange, name) => {
        const { up, down } = proxies.view(name);
        return { up, down };
      },
      PUT: async (exchange, name) => setImpairments(exchange, name, await readJson(exchange)),
      DELETE: (exchange, name) => setImpairments(exchange, name, {}),
    },
    actions: {
      reset: (_exchange, name) => ({ reset: proxies.get(name).resetAll() }),
      pause: (_exchange, name) => then(name, () => proxies.get(name).pause()),
      resume: (_exchange, name) => then(name, () => proxies.get(name).resume()),
    },
  };
}

async function answer(exchange: Exchange, methods: Methods, name: string): Promise<void> {
  const { method, path } = exchange.request;
  const action = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (action === undefined) {
    const allow = Object.keys(methods).join(", ");
    const body = JSON.stringify({ error: `Cannot ${method} ${path}: use ${allow}` });
    const fields = [["allow", allow] as const, ["content-type", "application/json"] as const];
    exchange.respond({ status: 405, fields, body });
    return;
  }
  try {
    const value = await action(exchange, name);
    if (value === undefined) exchange.respond({ status: 204 });
    else respondJson(exchange, path === "/proxies" && method === "POST" ? 201 : 200, value);
  } catch (error) {
    if (error instanceof ProxyError) refuse(exchange, proxyStatus[error.code], error.message);
    else if (error instanceof ServerError)
      refuse(exchange, listenStatus[error.code], error.message);
    else throw error;
  }
}

const proxyStatus: Readonly<Record<ProxyErrorCode, number>> = {
  bad_option: 400,
  not_found: 404,
  name_in_use: 409,
  too_many: 409,
};

const listenStatus: Readonly<Record<ServerErrorCode, number>> = {
  port_in_use: 409,
  port_forbidden: 400,
  address_unavailable: 400,
  bad_certificate: 400,
  cannot_listen: 400,
};

const paths = [
  "GET, POST /proxies",
  "GET, PATCH, DELETE /proxies/NAME",
  "GET, PUT, DELETE /proxies/NAME/impairments",
  "POST /proxies/NAME/reset, /pause, /resume",
  "GET /stats",
];

const notFound = (exchange: Exchange): string =>
  `Cannot find ${exchange.request.path}: there are ${paths.join("; ")}`;
