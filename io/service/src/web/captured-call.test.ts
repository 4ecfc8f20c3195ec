import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { fakeExchange } from "@breakwater/http-server/testing";
import { serviceOf } from "../testing/index.ts";
import { memoryCache } from "./memory-cache.ts";
import { responseCache } from "./response-cache.ts";

test.each([[[2000]], [[600, 600]], [[1000, 1]], [[0, 1001]]])(
  "whoever waits for an answer in parts of %p bytes asks as soon as it is too long to be kept",
  async (parts) => {
    const clock = new FakeClock();
    const { stage } = responseCache({
      ...{ clock, ttlMs: 1000, maxBodyBytes: 1000, maxWaiting: 10, maxWaitMs: 5000 },
      store: memoryCache({ clock, maxEntries: 10, maxBytes: 10_000 }),
    });
    const paths: string[] = [];
    const service = serviceOf({
      clock,
      stages: [stage],
      handler: (call) => {
        paths.push(call.id);
        // It is not ended: what waits for that would wait for ever.
        const body = call.begin({ status: 200 });
        queueMicrotask(() => {
          for (const bytes of parts) body.write(new Uint8Array(bytes));
        });
      },
    });
    const asked = ["a", "b", "c"].map((id) => fakeExchange({ headers: [["x-request-id", id]] }));
    for (const exchange of asked) void service(exchange);
    await new Promise(setImmediate);
    expect(paths).toEqual(["a", "b", "c"]);
  },
);
