import type { Clock } from "@breakwater/clock";
import { type Handler, type RouteHandler, router } from "@breakwater/http-server";
import { contentDocs, contentRoutes } from "./content-routes.ts";
import { echoProto } from "./grpc/echo-proto.ts";
import { fault } from "./handlers/faults.ts";
import { help, helpDoc } from "./handlers/help.ts";
import { ws, wsClose, wsCloseDoc, wsDoc } from "./handlers/ws.ts";
import type { Snapshot } from "./metrics/counts.ts";
import { PROMETHEUS_TYPE, toPrometheusText } from "./metrics/prometheus-text.ts";
import type { OriginSettings } from "./options.ts";
import type { RouteDoc } from "./route-doc.ts";
import { parseShape } from "./shape/shape.ts";
import { faultDocs, shapeDocs } from "./shape/shape-docs.ts";
import { shaped } from "./shape/shaped.ts";

export interface OriginTools {
  readonly settings: Pick<OriginSettings, "bufferBytes" | "shape" | "limits">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly myHostname: string;
  readonly isDraining: () => boolean;
  /** What all processes of this origin have counted. */
  readonly snapshots: () => Promise<readonly Snapshot[]>;
  /** Answers gRPC, which is taken on all ports. */
  readonly grpc: Handler;
}

const metricsDoc: RouteDoc = {
  path: "/metrics",
  summary: "What was answered so far, in Prometheus' text form; never shaped.",
  examples: ["/metrics"],
};

const protoDoc: RouteDoc = {
  path: "/echo.proto",
  summary: "What the gRPC service echo.EchoService takes and gives.",
  examples: ["/echo.proto"],
};

/** In the order in which /help shows them. */
const docs: readonly RouteDoc[] = [
  ...contentDocs,
  wsDoc,
  wsCloseDoc,
  ...faultDocs,
  ...shapeDocs,
  metricsDoc,
  protoDoc,
  helpDoc,
];

/** The first segments of all paths, for the metrics: "/bin". */
export const routeNames: readonly string[] = [
  ...new Set(docs.flatMap(({ path }) => /^\/[^/:?]*/.exec(path) ?? [])),
].filter((name) => name !== "/");

/** These have a `delay` of their own in their queries. */
const ownDelay: ReadonlySet<string> = new Set(["/chunked", "/events"]);

/** The whole origin on one page: every path, and the handler that answers it. */
export function originHandler(tools: OriginTools): Handler {
  const { settings, clock, random, grpc, snapshots } = tools;
  const { bufferBytes, limits } = settings;
  const soon = (run: () => void): void => void setImmediate(run);
  const content = contentRoutes({ ...tools, bufferBytes, soon });
  const webSocket = { clock, maxUnsentBytes: limits.maxUnsentBytes };
  const fallback: Handler = (exchange) =>
    isGrpc(exchange) ? grpc(exchange) : content["/"](exchange, {});
  const routed = router({
    routes: {
      ...content,
      "/ws": ws(webSocket),
      "/ws/close": wsClose(webSocket),
      "/fault/:kind": fault({ clock, random }),
      "/metrics": metrics(snapshots),
      "/echo.proto": text(echoProto),
      "/help": help({ docs }),
    },
    fallback,
  });
  const bent = shaped(routed, { defaults: parseShape(settings.shape), clock, random, ownDelay });
  // What tells of the origin itself is as it is, whatever is done to all the rest.
  return (exchange) => (aboutItself.has(exchange.request.path) ? routed : bent)(exchange);
}

const aboutItself: ReadonlySet<string> = new Set(["/metrics", "/echo.proto", "/help"]);

function isGrpc({ request }: Parameters<Handler>[0]): boolean {
  return (
    request.method === "POST" &&
    request.header("content-type")?.startsWith("application/grpc") === true
  );
}

/** GET /metrics. */
function metrics(snapshots: OriginTools["snapshots"]): RouteHandler {
  return async (exchange) => {
    const body = toPrometheusText(await snapshots());
    exchange.respond({ status: 200, fields: [["content-type", PROMETHEUS_TYPE]], body });
  };
}

function text(body: string): RouteHandler {
  const fields = [["content-type", "text/plain; charset=utf-8"]] as const;
  return (exchange) => exchange.respond({ status: 200, fields, body });
}
