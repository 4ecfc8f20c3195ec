import type { Clock } from "@breakwater/clock";
import { type RunningServer, serve } from "@breakwater/server";
import { toLogLine } from "./access-log.ts";
import { describer } from "./describe-request.ts";
import { bin } from "./handlers/bin.ts";
import { delay } from "./handlers/delay.ts";
import { echo } from "./handlers/echo.ts";
import { health } from "./handlers/health.ts";
import { status } from "./handlers/status.ts";
import type { OriginSettings } from "./options.ts";
import type { Zeros } from "./zeros.ts";

export interface OriginTools {
  readonly clock: Clock;
  readonly zeros: Zeros;
  readonly myHostname: string;
}

/** The whole origin on one page: every path, and the handler that answers it. */
export function serveOrigin(settings: OriginSettings, tools: OriginTools): RunningServer {
  const { clock, zeros, myHostname } = tools;
  const { port, hostname, idleTimeoutMs, maxBodyBytes, log, logRequest } = settings;
  const describe = describer({ clock, myHostname, server: () => server });
  const server: RunningServer = serve({
    port,
    hostname,
    clock,
    limits: { idleTimeoutMs, maxBodyBytes },
    onError: (error) => log(`Cannot answer a request: ${String(error)}`),
    onAnswer: logRequest && ((answer) => logRequest(toLogLine(answer, server))),
    routes: {
      "/": echo({ describe }),
      "/health": health(),
      "/bin/:size": bin({ zeros }),
      "/status/:code": status({ describe }),
      "/delay/:ms": delay({ describe, clock, holdOpen: (request) => server.holdOpen(request) }),
    },
    fallback: echo({ describe }),
  });
  return server;
}
