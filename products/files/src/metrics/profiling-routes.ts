import { type Call, type CallHandler, profiling, type ServiceRoutes } from "@breakwater/service";
import type { FilesParts } from "../files-parts.ts";
import { memoryMeter } from "./memory-figures.ts";
import type { RequestFigures } from "./request-figures.ts";

/**
 * What the original had for its performance tests, under --enable-profiling: with keys, only for
 * who has the scope admin. GET /health is for all.
 */
export function profilingRoutes(
  { kit: { name, clock }, envelopes, spaceOf }: FilesParts,
  requests: RequestFigures,
): ServiceRoutes {
  const { figures, collect } = memoryMeter(() => requests.active);
  const admin =
    (handler: CallHandler): CallHandler =>
    (call) => {
      spaceOf(call, "admin");
      call.setField("cache-control", "no-store");
      return handler(call);
    };
  const shown = (value: () => unknown): CallHandler =>
    admin((call) => envelopes.json(call, value()));
  const heapSnapshot = (): string => Bun.generateHeapSnapshot("v8");
  const profiles = profiling({ name, clock, heapSnapshot });
  return {
    "GET /health": {
      handler: (call) => envelopes.json(call, { memory: figures(), status: "ok" }),
      isCritical: true,
    },
    "GET /metrics/memory": shown(figures),
    "GET /metrics/requests": shown(() => requests.show()),
    "POST /metrics/reset": shown(() => {
      requests.reset();
      return { status: "metrics_reset" };
    }),
    "POST /debug/gc": shown(() => {
      collect();
      return { memory: figures(), status: "gc_triggered" };
    }),
    "GET /debug/pprof/goroutine": admin((call) => underWay(call, requests.active)),
    "GET /debug/pprof/*": admin(profiles),
  };
}

/** There is one thread; what Go has a goroutine for is a request under way. */
function underWay(call: Call, active: number): void {
  const fields = [["content-type", "text/plain; charset=utf-8"]] as const;
  call.respond({ status: 200, fields, body: `goroutine profile: total ${1 + active}\n` });
}
