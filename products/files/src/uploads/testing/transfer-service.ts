import { serveHttp } from "@breakwater/http-server";
import type { ObjectStore } from "@breakwater/object-store";
import { type MemoryObjectStore, memoryObjectStore } from "@breakwater/object-store/testing";
import { type ServiceRoutes, serviceHandler, serviceLimits } from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { envelopes } from "../../envelope.ts";
import type { FileSpace, Scope } from "../../file-space.ts";
import { FilesError } from "../../files-error.ts";
import { TransferMemory } from "../transfer-memory.ts";
import type { TransferParts } from "../upload-routes.ts";

export interface TransferService extends AsyncDisposable {
  readonly url: string;
  /** Keys that the service has told caches to forget. */
  readonly changed: readonly string[];
  /** The first call was answered, or its client has gone. */
  readonly ended: Promise<void>;
  /** What handlers threw that is no answer. */
  readonly panics: readonly unknown[];
}

export interface TransferServiceOptions {
  readonly store: ObjectStore;
  readonly routes: (parts: TransferParts) => ServiceRoutes;
  readonly isCompat?: boolean;
  readonly maxUploadBytes?: number;
  readonly memoryBytes?: number;
  /** All of them when left out. */
  readonly scopes?: readonly Scope[];
  /** "" when left out. Whoever sends X-Tenant is of that one. */
  readonly prefix?: string;
}

/** A store in memory, and calendar time that stands still. */
export function testStore(
  faults?: Parameters<typeof memoryObjectStore>[0]["faults"],
): MemoryObjectStore {
  return memoryObjectStore({ epochMs: () => 1_800_000_000_000, ...(faults && { faults }) });
}

/** The routes of a part of the service on a port of their own, over any store. */
export function transferService(options: TransferServiceOptions): TransferService {
  const { routes, memoryBytes = 268_435_456, isCompat = false } = options;
  const changed: string[] = [];
  const panics: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const answers = envelopes({ isCompat, onStoreError: () => {} });
  const server = serveHttp({
    ...{ port: 0, hostname: "127.0.0.1", clock: systemClock() },
    limits: { ...serviceLimits, maxBodyBytes: 1e12 },
    handler: serviceHandler({
      clock: systemClock(),
      stages: [
        (next) => (call) => {
          call.onEnd(() => ended.resolve());
          return next(call);
        },
        answers.failures,
      ],
      routes: routes({
        envelopes: answers,
        memory: new TransferMemory({ maxBytes: memoryBytes, maxWaiting: 100 }),
        spaceOf: (call, scope) => {
          const { scopes } = options;
          if (scopes !== undefined && !scopes.includes(scope)) {
            throw new FilesError("forbidden", `Cannot do that without the scope ${scope}`);
          }
          const tenant = call.request.header("x-tenant");
          return spaceFor(options, tenant === undefined ? undefined : `${tenant}/`, changed);
        },
      }),
      newId: () => "id-1",
      clientIp: () => "127.0.0.1",
      onPanic: (error) => panics.push(error),
    }),
    onError: (error) => panics.push(error),
  });
  return {
    url: server.url.href.replace(/\/$/, ""),
    changed,
    panics,
    ended: ended.promise,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function spaceFor(
  { store, prefix: all = "", maxUploadBytes = 1e9 }: TransferServiceOptions,
  tenant: string | undefined,
  changed: string[],
): FileSpace {
  const prefix = tenant ?? all;
  return {
    store,
    prefix,
    maxUploadBytes,
    keyOf: (path) => {
      if (path === "" || path.split("/").includes("..")) {
        throw new FilesError("bad_path", `Cannot use the path "${path}": it goes up`);
      }
      return prefix + path;
    },
    folderOf: (path) => prefix + path,
    pathOf: (key) => key.slice(prefix.length),
    changed: async (key) => {
      changed.push(key);
    },
    changedFolder: async () => {},
  };
}
