import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import type { ObjectStore } from "@breakwater/object-store";
import { serviceLog } from "@breakwater/service";
import { serviceOf } from "@breakwater/service/testing";
import { type EventStreams, eventStreams } from "../events.ts";
import { storageRoutes } from "../storage-routes.ts";
import { TestDesk, type TestIo, type TestSizes } from "../test-desk.ts";

export interface TestServiceOptions {
  readonly store: ObjectStore | TestIo["openStore"];
  readonly sizes?: TestSizes;
  readonly keep?: boolean;
  readonly debug?: boolean;
  readonly token?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The service without its port, at a clock that stands still. */
export interface TestService {
  readonly clock: FakeClock;
  readonly desk: TestDesk;
  readonly events: EventStreams;
  /** "GET /env"; the answer is its `done`. */
  send(request: string, headers?: Readonly<Record<string, string>>): FakeExchange;
  /** What was logged, as one text. */
  log(): Promise<string>;
}

export const TEST_ID = "00000000-0000-4000-8000-000000000001";
/** When the seed's example was. */
const TEST_EPOCH_MS: number = Date.parse("2025-07-12T13:20:00.155Z");

export function testService(options: TestServiceOptions): TestService {
  const { store, sizes = { bytes: 100_000, parts: 10, parallel: 5 } } = options;
  const { keep = false, debug = false, token, environment = {} } = options;
  const clock = new FakeClock();
  const lines: string[] = [];
  const sink = (chunk: string, taken: () => void): void => {
    lines.push(chunk);
    taken();
  };
  const log = serviceLog({ clock, level: "info", format: "json", sink });
  const io = testIo(store, clock);
  const desk = new TestDesk({ io, sizes, keep, logger: log.logger });
  const events = eventStreams({ desk, clock, maxStreams: 2 });
  const { logger } = log;
  const routes = storageRoutes({ desk, events, environment, token, debug, io, logger });
  const handler = serviceOf({
    stages: [],
    routes,
    clock,
    onPanic: (error) => lines.push(`${error}`),
  });
  return {
    clock,
    desk,
    events,
    send: (request, headers = {}) => {
      const [method = "", target = ""] = request.split(" ");
      const exchange = fakeExchange({ method, target, headers: Object.entries(headers) });
      void handler(exchange);
      return exchange;
    },
    log: async () => {
      await log.flush();
      return lines.join("");
    },
  };
}

export function testIo(store: ObjectStore | TestIo["openStore"], clock: TestIo["clock"]): TestIo {
  return {
    openStore: typeof store === "function" ? store : () => store,
    clock,
    epochMs: () => TEST_EPOCH_MS,
    newId: () => TEST_ID,
    random: () => 0.5,
  };
}
