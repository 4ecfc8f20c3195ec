import { parseArgs } from "node:util";
import { concurrencyLimiter, defaultAlgorithm, pressureGate } from "@breakwater/admission";
import { fastifyAdmission } from "@breakwater/admission-http/fastify";
import { processPressure } from "@breakwater/pressure";
import { systemClock } from "@breakwater/system-clock";
import fastify from "fastify";

/**
 * A service with real work, protected or not: `service.ts --work db|cpu --protect NAME`.
 *
 * "db": ten connections, each busy for 20 ms with a request, and before them an endless line.
 * "cpu": 2 ms of the processor for each. Both go on with what nobody waits for any more, as
 * services do.
 */
const { values } = parseArgs({
  options: {
    work: { type: "string", default: "db" },
    protect: { type: "string", default: "none" },
    port: { type: "string", default: "0" },
  },
});

const CONNECTIONS = 10;
const WORK_MS = 20;
const CPU_MS = 2;

let busy = 0;
const line: (() => void)[] = [];

async function db(): Promise<void> {
  if (busy === CONNECTIONS) await new Promise<void>((resolve) => line.push(resolve));
  else busy += 1;
  await Bun.sleep(WORK_MS);
  const next = line.shift();
  if (next === undefined) busy -= 1;
  else next();
}

function cpu(): void {
  const end = performance.now() + CPU_MS;
  while (performance.now() < end) {
    // It computes.
  }
}

const app = fastify();
const work = values.work === "cpu" ? cpu : db;

/** The peers as their READMEs show them: under-pressure checks nothing by default. */
const protections: Record<string, () => Promise<void> | void> = {
  none: () => {},
  "under-pressure": async () => {
    const underPressure = await import("@fastify/under-pressure");
    await app.register(underPressure.default, {
      maxEventLoopDelay: 1000,
      maxHeapUsedBytes: 100_000_000,
      maxRssBytes: 100_000_000,
      maxEventLoopUtilization: 0.98,
    });
  },
  cockatiel: async () => {
    const { bulkhead, isBulkheadRejectedError } = await import("cockatiel");
    const policy = bulkhead(12, 4);
    run = (done) => policy.execute(done);
    app.setErrorHandler((error, _request, reply) =>
      reply.code(isBulkheadRejectedError(error as Error) ? 503 : 500).send(),
    );
  },
  breakwater: async () => {
    const clock = systemClock();
    const limiter = concurrencyLimiter({
      name: "service",
      algorithm: defaultAlgorithm({}),
      clock,
      mode: "enforce",
    });
    const { signals } = processPressure({ clock, intervalMs: 100, loopDelayFullMs: 100 });
    const pressure = pressureGate({
      signals,
      start: 0.8,
      saturate: 0.95,
      hysteresis: 0.1,
      staleAfterMs: 5000,
      whenStale: "ignore",
      random: Math.random,
    });
    await app.register(fastifyAdmission, { limiter, clock, pressure });
  },
};

let run: <T>(done: () => Promise<T>) => Promise<T> = (done) => done();

await protections[values.protect]!();
app.get("/work", () =>
  run(async () => {
    await work();
    return "done";
  }),
);
app.get("/health", () => "ok");
await app.listen({ port: Number(values.port), host: "127.0.0.1", backlog: 4096 });
console.log(`Listening on http://127.0.0.1:${(app.server.address() as { port: number }).port}`);
