import type { RouteSpec, ServiceRoutes } from "@breakwater/service";
import type { FilesParts } from "./files-parts.ts";
import { profilingRoutes } from "./metrics/profiling-routes.ts";
import type { RequestFigures } from "./metrics/request-figures.ts";
import { openapiRoutes } from "./openapi/openapi-routes.ts";
import { pageRoutes } from "./page/page-routes.ts";
import { batchDownload } from "./routes/batch-download.ts";
import { createFolder } from "./routes/create-folder.ts";
import { deleteFile } from "./routes/delete-file.ts";
import { deleteFolder } from "./routes/delete-folder.ts";
import { download } from "./routes/download.ts";
import { list } from "./routes/list.ts";
import { listFolders } from "./routes/list-folders.ts";
import { ping } from "./routes/ping.ts";
import { streamFile } from "./routes/stream-file.ts";
import { tusRoutes } from "./tus/index.ts";
import { uploadRoutes } from "./uploads/index.ts";

/** All that the service answers, beside /live and /ready, which the kit has. */
export function filesRoutes(
  parts: FilesParts,
  requests: RequestFigures | undefined,
): ServiceRoutes {
  return failing(parts, {
    // It tells whether the service lives, so that it is neither counted nor shed.
    "GET /ping": { handler: ping, isCritical: true },
    "GET /health": { handler: (call) => parts.envelopes.json(call, ok), isCritical: true },
    "GET /download": download(parts),
    "GET /files/*": streamFile(parts),
    "GET /list": list(parts),
    "GET /list-folders": listFolders(parts),
    "POST /create-folder": createFolder(parts),
    "DELETE /delete": deleteFile(parts),
    "DELETE /delete-folder": deleteFolder(parts),
    "POST /batch-download": batchDownload(parts),
    ...uploadRoutes(parts),
    ...tusRoutes(parts),
    ...pageRoutes(),
    ...openapiRoutes(),
    ...(requests && profilingRoutes(parts, requests)),
  });
}

const ok = { status: "ok" };

/** What a handler throws that is a client's or the store's doing is answered in the envelope. */
function failing({ envelopes }: FilesParts, routes: ServiceRoutes): ServiceRoutes {
  const guarded = (route: ServiceRoutes[string]): RouteSpec => {
    const spec = typeof route === "function" ? { handler: route } : route;
    return { ...spec, stages: [envelopes.failures, ...(spec.stages ?? [])] };
  };
  return Object.fromEntries(Object.entries(routes).map(([key, route]) => [key, guarded(route)]));
}
