import type { ApiSurface } from "@breakwater/script-host";
import { apiNames, createApi } from "./api.ts";
import { browserModule } from "./browser/browser-module.ts";
import { cryptoModule } from "./crypto/crypto-module.ts";
import { csvModule } from "./csv/csv-module.ts";
import { dataModule } from "./data/data-module.ts";
import { encodingModule } from "./encoding/encoding-module.ts";
import { executionModule } from "./execution/execution-module.ts";
import { fsModule } from "./fs/fs-module.ts";
import { grpcModule } from "./grpc/grpc-module.ts";
import { htmlModule } from "./html/html-module.ts";
import { k6HttpModule } from "./http/http-module.ts";
import { k6Module } from "./k6/k6-module.ts";
import { metricsModule } from "./metrics/metrics-module.ts";
import type { ApiModule, CreateModule } from "./module.ts";
import { secretsModule } from "./secrets/secrets-module.ts";
import { streamsModule } from "./streams/streams-module.ts";
import { timersModule } from "./timers/timers-module.ts";
import { experimentalWebsocketsModule, websocketsModule } from "./websockets/websockets-module.ts";
import { wsModule } from "./ws/ws-module.ts";
import { x509Module } from "./x509/x509-module.ts";

/** Our own module: its functions give promises that scripts await themselves. */
const breakwaterModule: ApiModule = {
  surface: { names: apiNames, hasDefault: false },
  load: async () => createApi,
};

/** All that scripts can import beside files, packages and URLs. */
const apiModules: Readonly<Record<string, ApiModule>> = {
  breakwater: breakwaterModule,
  k6: k6Module,
  "k6/browser": browserModule,
  "k6/crypto": cryptoModule,
  "k6/crypto/x509": x509Module,
  "k6/data": dataModule,
  "k6/encoding": encodingModule,
  "k6/execution": executionModule,
  "k6/experimental/csv": csvModule,
  "k6/experimental/fs": fsModule,
  "k6/experimental/streams": streamsModule,
  "k6/experimental/websockets": experimentalWebsocketsModule,
  "k6/html": htmlModule,
  "k6/http": k6HttpModule,
  "k6/metrics": metricsModule,
  "k6/net/grpc": grpcModule,
  "k6/secrets": secretsModule,
  "k6/timers": timersModule,
  "k6/websockets": websocketsModule,
  "k6/ws": wsModule,
};

/** What the compiler needs to know of them. */
export const apiSurfaces: Readonly<Record<string, ApiSurface>> = Object.fromEntries(
  Object.entries(apiModules).map(([specifier, { surface }]) => [specifier, surface]),
);

/** Imports those that a script wants. */
export async function loadModules(
  specifiers: readonly string[],
): Promise<readonly (readonly [specifier: string, create: CreateModule])[]> {
  const wanted = specifiers.map(async (specifier) => {
    const module = apiModules[specifier];
    if (module === undefined) throw new Error(`There is no module ${specifier}`);
    return [specifier, await module.load()] as const;
  });
  return await Promise.all(wanted);
}
