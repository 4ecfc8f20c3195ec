import type { CallHandler, ServiceRoutes } from "@breakwater/service";
import { messageRoutes } from "./http/message-routes.ts";
import type { RouteParts } from "./http/route-parts.ts";
import { sendRoutes } from "./http/send-routes.ts";
import { listing, statusRoutes } from "./http/status-routes.ts";
import { pageRoutes } from "./page/page-routes.ts";

/** All that the bridge answers by HTTP, beside /live and /ready, which the kit has. */
export function bridgeRoutes(parts: RouteParts): ServiceRoutes {
  const { "GET /": page, ...assets } = pageRoutes();
  const shown = typeof page === "function" ? page : page?.handler;
  return {
    ...statusRoutes(parts),
    ...messageRoutes(parts),
    ...sendRoutes(parts),
    ...assets,
    "GET /": byReader({ page: shown, list: listing(parts) }),
  };
}

/** These show nothing: a page has to be there before it can ask for a token. */
export function isOpenRoute(pattern: string): boolean {
  return pattern === "/" || pattern.startsWith("/page/");
}

/** The page for browsers, a list for curl. */
function byReader(root: {
  readonly page: CallHandler | undefined;
  readonly list: CallHandler;
}): CallHandler {
  const { page, list } = root;
  return (call) => {
    call.vary("accept");
    const wantsPage = call.request.header("accept")?.includes("text/html") === true;
    return page !== undefined && wantsPage ? page(call) : list(call);
  };
}
