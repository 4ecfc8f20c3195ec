import type { Exchange, Handler } from "@breakwater/http-server";
import { fakeExchange } from "@breakwater/http-server/testing";
import { type ServiceRoutes, serviceHandler } from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { type ObjectStore, s3ObjectStore, usualRetry } from "../../io/object-store/src/index.ts";
import { type Links, links } from "../../products/files/src/caches/links.ts";
import { envelopes } from "../../products/files/src/envelope.ts";
import type { FileSpace } from "../../products/files/src/file-space.ts";
import type { FilesParts } from "../../products/files/src/files-parts.ts";
import { batchDownload } from "../../products/files/src/routes/batch-download.ts";
import { ping } from "../../products/files/src/routes/ping.ts";
import { noOwnLinks } from "../../products/files/src/store/own-links.ts";

/** One thing that `bw files` does again and again, as small as the seed's benchmarks have it. */
export interface Operation {
  /** The seed's name, where it has it. */
  readonly name: string;
  readonly what: string;
  /** Makes what is run and timed; `turn` counts up from 0. */
  readonly prepare: () => (turn: number) => unknown;
  /** How many operations one run is; 1 if left out. */
  readonly perRun?: number;
  /** What is run gives a promise, which is awaited. */
  readonly isAsync?: boolean;
}

const clock = systemClock();
const HOUR_MS = 3_600_000;
const KEYS = 1000;
const BATCH = 50;
/** As long as one with a signature is. */
const url = `https://files.example.test/bucket/${"k".repeat(40)}?X-Amz-Signature=${"0".repeat(300)}`;
const pathAt = (index: number): string => `reports/2026/file-${index}.txt`;

/** All in one space, over a store that nothing here asks. */
const space: FileSpace = {
  ...{ prefix: "", maxUploadBytes: 1e9 },
  store: undefined as unknown as FileSpace["store"],
  keyOf: (path) => path,
  folderOf: (path) => path,
  pathOf: (key) => key,
  changed: async () => {},
  changedFolder: async () => {},
};

function keptLinks(presign: ObjectStore["presign"] = () => url): Links {
  return links({
    ...{ clock, presign, lifeMs: HOUR_MS, listTtlMs: 15_000, maxEntries: 100_000 },
    checksExistence: true,
  });
}

function filledLinks(count = KEYS): Links {
  const filled = keptLinks();
  for (let index = 0; index < count; index += 1) {
    filled.ofExisting(space, pathAt(index), clock.nowMs());
  }
  return filled;
}

/** As `bw files` has it; nothing is asked of it here but signatures. */
const embeddedStore = (): ObjectStore =>
  s3ObjectStore({
    ...{ endpoint: "http://127.0.0.1:9000", bucket: "files", region: "auto" },
    credentials: { accessKey: "key", secretKey: "secret" },
    ...{ addressing: "path", clock, epochMs: Date.now, random: Math.random },
    ...{ maxConnections: 1, connectTimeoutMs: 1000, timeoutMs: 1000, retry: usualRetry },
    ...{ payload: "unsigned", verifyTls: true },
  });

/** A handler with its router and nothing around it, and an exchange without a socket. */
function call(routes: ServiceRoutes, request: Parameters<typeof fakeExchange>[0]) {
  const handler: Handler = serviceHandler({
    ...{ clock, stages: [], routes, newId: () => "report-1", clientIp: () => "127.0.0.1" },
    onPanic: (error) => {
      throw error;
    },
  });
  const { request: received, connection } = fakeExchange(request);
  let body: Uint8Array | undefined;
  if (typeof request?.body === "string") body = new TextEncoder().encode(request.body);
  const answered = { count: 0 };
  // Only what these handlers use: a whole fake exchange costs more than they do.
  const exchange = {
    ...{ request: received, connection, onAbort: () => {} },
    readBody: (reader: Parameters<Exchange["readBody"]>[0]) => {
      if (body !== undefined) reader.onData(body);
      reader.onEnd([]);
    },
    respond: () => {
      answered.count += 1;
    },
  } as unknown as Exchange;
  return { run: () => handler(exchange), answered };
}

const pong = { message: "pong" };
const answers = envelopes({ isCompat: false, onStoreError: () => {} });
const paths = Array.from({ length: BATCH }, (_, index) => pathAt(index));
const batchBody = JSON.stringify({ paths });

/** The parts that a batch download takes. */
function batchParts(): FilesParts {
  const found = { links: filledLinks(), ownLinks: noOwnLinks, spaceOf: () => space };
  return { kit: { clock }, ...found } as unknown as FilesParts;
}

const json = [["content-type", "application/json"]] as const;

export const operations: readonly Operation[] = [
  {
    name: "PingHandler",
    what: "router and handler, without a socket",
    prepare: () => call({ "GET /ping": ping }, { target: "/ping" }).run,
  },
  {
    name: "PingHandlerParallel",
    what: "ten under way at once; there is one thread",
    isAsync: true,
    perRun: 10,
    prepare: () => {
      const { run } = call({ "GET /ping": ping }, { target: "/ping" });
      const one = async (): Promise<void> => void run();
      return () => Promise.all(Array.from({ length: 10 }, one));
    },
  },
  {
    name: "JSONSerialization",
    what: "the same with its answer made each time",
    prepare: () =>
      call({ "GET /pong": (each) => answers.json(each, pong) }, { target: "/pong" }).run,
  },
  {
    name: "BatchDownloadRequestParsing",
    what: "the whole call: 50 paths parsed, found and answered",
    isAsync: true,
    prepare: () =>
      call(
        { "POST /batch-download": batchDownload(batchParts()) },
        { target: "/batch-download", headers: json, body: batchBody },
      ).run,
  },
  {
    name: "CacheGet",
    what: "of 1,000 links",
    prepare: () => {
      const filled = filledLinks();
      const asked = Array.from({ length: KEYS }, (_, index) => pathAt(index));
      const nowMs = clock.nowMs();
      return (turn) => filled.find(space, asked[turn % KEYS]!, nowMs);
    },
  },
  {
    name: "CacheSet",
    what: "a link that is new, of a URL that is there",
    prepare: () => {
      const kept = keptLinks();
      const nowMs = clock.nowMs();
      return (turn) => kept.ofExisting(space, pathAt(turn), nowMs);
    },
  },
  {
    name: "CacheGetParallel",
    what: "ten readers in turns; there is one thread",
    isAsync: true,
    perRun: 1000,
    prepare: () => {
      const filled = filledLinks();
      const asked = Array.from({ length: KEYS }, (_, index) => pathAt(index));
      const nowMs = clock.nowMs();
      const read = async (reader: number): Promise<void> => {
        for (let turn = reader; turn < KEYS; turn += 10) filled.find(space, asked[turn]!, nowMs);
      };
      return () => Promise.all(Array.from({ length: 10 }, (_, reader) => read(reader)));
    },
  },
  {
    name: "CacheMixedReadWrite",
    what: "each fifth is written anew",
    prepare: () => {
      const filled = filledLinks();
      const asked = Array.from({ length: KEYS }, (_, index) => pathAt(index));
      const nowMs = clock.nowMs();
      return (turn) => {
        const path = asked[turn % KEYS]!;
        if (turn % 5 === 0) filled.forget(path);
        return filled.ofExisting(space, path, nowMs);
      };
    },
  },
  {
    name: "CacheClear",
    what: "100 links are set and cleared",
    prepare: () => {
      const kept = keptLinks();
      const asked = Array.from({ length: 100 }, (_, index) => pathAt(index));
      const nowMs = clock.nowMs();
      return () => {
        for (const path of asked) kept.ofExisting(space, path, nowMs);
        kept.clear();
      };
    },
  },
  {
    name: "CacheMemoryPressure",
    what: "ten writers in turns, new keys beyond the limit of 100,000",
    prepare: () => {
      const kept = filledLinks(100_000);
      const nowMs = clock.nowMs();
      return (turn) => kept.ofExisting(space, `worker-${turn % 10}/${turn}.txt`, nowMs);
    },
  },
  {
    name: "PresignMiss",
    what: "a URL is signed and kept",
    prepare: () => {
      const store = embeddedStore();
      const kept = keptLinks((key, options) => store.presign(key, options));
      const nowMs = clock.nowMs();
      return (turn) => kept.ofExisting(space, pathAt(turn), nowMs);
    },
  },
];
