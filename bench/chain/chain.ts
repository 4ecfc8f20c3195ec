import { randomBytes } from "node:crypto";
import { ccu } from "@breakwater/admission";
import type { Clock } from "@breakwater/clock";
import type { Handler } from "@breakwater/http-server";
import { type JwtIssuer, jwtIssuer, jwtKey, jwtVerifier, keyRing } from "@breakwater/jwt";
import {
  accessLog,
  admission,
  authenticate,
  bodyLimit,
  compression,
  cors,
  rateLimit,
  type Stage,
  securityHeaders,
  serviceHandler,
  serviceKit,
  timeLimit,
} from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { steps } from "./steps.ts";

export const clock: Clock = systemClock();
const sink = (chunk: string, taken: () => void): void => {
  process.stderr.write(chunk, taken);
};
const kit = serviceKit({ name: "bench", clock, log: { sink } });
const secret = randomBytes(32).toString("base64");
const keys = keyRing({ keys: [jwtKey({ kid: "a", algorithm: "HS256", secret })], maxKeys: 1 });
const tokens = { keys, issuer: "bench", audience: "bench", wallNowMs: Date.now };
export const issuer: JwtIssuer = jwtIssuer({ ...tokens, lifetimeMs: 3_600_000 });
const verifier = jwtVerifier({
  ...tokens,
  algorithms: ["HS256"],
  leewayMs: 0,
  requireExp: true,
  maxTokenBytes: 4096,
  cache: { maxTokens: 1000 },
});
const limiter = ccu(
  { max: 5000, utilization: 0.67 },
  { name: "bench", clock, mode: "enforce", queue: { maxWaitMs: 1000, order: "fifo" } },
);
const watch = kit.metrics.watchLimiter({ limiter, capacity: { maxCcu: 5000 } });

/** By the names in steps.ts, in the order of the kit. */
const stages: Readonly<Record<(typeof steps)[number]["name"], () => Stage | undefined>> = {
  bare: () => undefined,
  call: () => undefined,
  log: () => accessLog({ log: kit.log, quiet: [] }),
  metrics: () => kit.metrics.stage,
  "security headers": () => securityHeaders(),
  CORS: () => cors({ origins: ["https://shop.test"] }),
  "rate limit": () =>
    rateLimit({
      anonymous: { limit: 1e9, periodMs: 60_000, burst: 1e6 },
      maxKeys: 100_000,
    }),
  "body and time limit": () => {
    const [body, time] = [bodyLimit(1_048_576), timeLimit({ clock, ms: 30_000 })];
    return (next) => body(time(next));
  },
  admission: () =>
    admission({
      limiter,
      random: Math.random,
      maxLingerMs: 30_000,
      watch,
    }),
  "token (HS256)": () => authenticate({ verify: (token) => verifier.verify(token) }),
  compression: () => compression(),
};

const body = JSON.stringify({ message: "Welcome", service: "bench", version: "0.1.0" });
const fields = [["content-type", "application/json"]] as const;

/** The handler behind the first so many parts of the chain; 0: alone. */
export function chain(parts: number): Handler {
  if (parts === 0) return (exchange) => exchange.respond({ status: 200, fields, body });
  return serviceHandler({
    clock,
    stages: steps
      .slice(0, parts + 1)
      .map(({ name }) => stages[name]())
      .filter((stage) => stage !== undefined),
    routes: { "GET /": (call) => call.respond({ status: 200, fields, body }) },
    newId: () => crypto.randomUUID(),
    clientIp: () => "127.0.0.1",
    onPanic: console.error,
  });
}
