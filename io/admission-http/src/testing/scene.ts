import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Clock,
  concurrencyLimiter,
  fixed,
  gcra,
  keyedLimiter,
  type Limiter,
  pressureGate,
} from "@breakwater/admission";
import { systemClock } from "@breakwater/system-clock";
import type { AdmissionOptions } from "../admission-options.ts";

/** How a test wants admission: what stands in front of the handler. */
export type Variant = "plain" | "queued" | "released" | "rated" | "keyed" | "pressed";

export const variants: readonly Variant[] = [
  "plain",
  "queued",
  "released",
  "rated",
  "keyed",
  "pressed",
];

export const clock: Clock = systemClock();

/** A handler's world: one limiter, and those who wait until a test lets them go on. */
export class Scene {
  readonly limiter: Limiter;
  readonly #variant: Variant;
  readonly #waiting = new Set<() => void>();

  constructor(variant: Variant) {
    this.#variant = variant;
    const queue = { maxSize: 5, maxWaitMs: 10_000, order: "fifo" } as const;
    this.limiter = concurrencyLimiter({
      name: "api",
      algorithm: fixed(variant === "keyed" ? 10 : 1),
      clock,
      mode: "enforce",
      queue: variant === "queued" ? queue : undefined,
    });
  }

  /** `header` reads one of the request; `path` is its path. */
  options<R>(ask: {
    readonly path: (request: R) => string;
    readonly header: (request: R, name: string) => string | undefined;
  }): AdmissionOptions<R> {
    const common: AdmissionOptions<R> = {
      limiter: this.limiter,
      clock,
      classify: (request) => ({ critical: ask.path(request) === "/status/204" }),
      key: (request) => ask.header(request, "x-client"),
      random: () => 0.25,
    };
    switch (this.#variant) {
      case "released":
        return { ...common, streams: "release" };
      case "rated":
        return { ...common, rate: oncePerHour() };
      case "keyed":
        return { ...common, perKey: oneOfEach() };
      case "pressed":
        return { ...common, pressure: saturated() };
      default:
        return common;
    }
  }

  /** Resolves once the test says so. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Lets all go on who wait, and says how many these were. */
  go(): number {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
    return waiting.length;
  }
}

const oncePerHour = () =>
  gcra({ limit: 1, periodMs: 3_600_000, burst: 1, maxKeys: 10, whenFull: "reject" });

const oneOfEach = () =>
  keyedLimiter({
    name: "clients",
    clock,
    make: (name) => concurrencyLimiter({ name, algorithm: fixed(1), clock, mode: "enforce" }),
    maxKeys: 10,
    idleMs: 1000,
    whenFull: "reject",
  });

const saturated = () =>
  pressureGate({
    signals: [{ name: "loop", value: 1, sampledAtMs: 0 }],
    start: 0.5,
    saturate: 0.9,
    hysteresis: 0.1,
    staleAfterMs: 1e11,
    whenStale: "ignore",
    random: () => 0.5,
  });

/** A port beside that of the handler, on which a test asks and says what it wants. */
export function startControl(scenes: ReadonlyMap<string, Scene>): Promise<number> {
  const server = createServer((request, response) => {
    const [, name = "", what] = (request.url ?? "").split("/");
    const scene = scenes.get(name);
    const answer = what === "go" ? scene?.go() : scene?.limiter.snapshot();
    response.end(JSON.stringify(answer));
  });
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
