import type { Logger, ServiceRoutes, Stage } from "@breakwater/service";
import { payloadStream } from "../payload.ts";
import { type Environment, envReport } from "./env-report.ts";
import type { EventStreams } from "./events.ts";
import { generate } from "./generate.ts";
import { ownPagesOnly, tokenGuard } from "./guards.ts";
import { home } from "./home.ts";
import { page, pageRoutes } from "./page/page.ts";
import { respondJson } from "./respond-json.ts";
import type { TestDesk, TestIo, TestKind } from "./test-desk.ts";
import { uploadRoute } from "./upload-route.ts";

export interface StorageParts {
  readonly desk: TestDesk;
  readonly events: EventStreams;
  readonly environment: Environment;
  readonly token: string | undefined;
  readonly debug: boolean;
  readonly io: Pick<TestIo, "epochMs" | "random">;
  readonly logger: Logger;
}

/** What the service answers beside /live, /health and /ready, which the kit has. */
export function storageRoutes(parts: StorageParts): ServiceRoutes {
  const { desk, events, environment, token, debug, io, logger } = parts;
  const { epochMs, random } = io;
  const guards: readonly Stage[] = token === undefined ? [] : [tokenGuard(token)];
  const starts = [ownPagesOnly, ...guards];
  const upload = (kind: TestKind) => uploadRoute({ desk, kind, debug, epochMs, logger });
  const payload = (bytes: number) => payloadStream({ seed: Math.floor(random() * 2 ** 32), bytes });
  const { bytes } = desk.state.sizes;
  return {
    "POST /upload": { stages: starts, handler: upload("concurrent") },
    "POST /upload-single": { stages: starts, handler: upload("single") },
    "GET /": home({ desk, epochMs, page }),
    "GET /generate": { stages: guards, handler: generate({ bytes, payload }) },
    "GET /env": {
      stages: guards,
      handler: (call) => respondJson(call, { status: 200, body: envReport(environment) }),
    },
    "GET /events": { stages: guards, handler: events.handler },
    ...pageRoutes,
  };
}
