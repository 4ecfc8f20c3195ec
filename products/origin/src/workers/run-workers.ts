import type { Clock } from "@breakwater/clock";
import { ServerError, serveHttp, type TlsIdentity } from "@breakwater/http-server";
import type { Place } from "@breakwater/units";
import { openCertificate } from "../certificate.ts";
import type { Snapshot } from "../metrics/counts.ts";
import {
  type GrpcSettings,
  type OriginOptions,
  type OriginSettings,
  parseOriginOptions,
} from "../options.ts";
import { OriginError } from "../origin-error.ts";
import type { OriginPlaces, StopOriginOptions } from "../run.ts";
import { channelLimits, type FromWorker, type ToWorker } from "./messages.ts";

/** Starts a worker process; io/process has the real one. */
export type SpawnWorker = (
  args: readonly string[],
  options: typeof channelLimits & {
    readonly onMessage: (message: unknown) => void;
    readonly onExit: (exit: { readonly problem: string | undefined }) => void;
  },
) => { trySend(message: unknown): boolean; kill(): void };

export interface WorkersOptions {
  readonly options: OriginOptions;
  readonly workers: number;
  readonly spawn: SpawnWorker;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export interface RunningWorkers {
  readonly places: OriginPlaces;
  /** Rejects when workers fail again and again. */
  readonly failed: Promise<never>;
  stop(options?: StopOriginOptions): Promise<void>;
}

/** So many workers may end by themselves within the time before all is given up. */
const MAX_DEATHS = 5;
const DEATHS_WITHIN_MS = 60_000;

/**
 * An origin of several processes that listen on the same ports (SO_REUSEPORT): the kernel spreads
 * connections over them. One that dies is replaced. Throws OriginError or ServerError.
 */
export async function runWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const asked = parseOriginOptions(options.options);
  const identity = asked.tls === undefined ? undefined : await openCertificate(asked.tls);
  const grpc = await freeGrpc(asked, options);
  const settings = { ...asked, grpc, reusePort: true };
  await assertFree({ hostname: asked.hostname, port: asked.port }, asked, options.clock);
  if (asked.tls !== undefined) {
    await assertFree({ hostname: asked.hostname, port: asked.tls.port }, asked, options.clock);
  }
  if (asked.profiling !== undefined) await assertFree(asked.profiling, asked, options.clock);
  const crew = new WorkerCrew(settings, identity, options);
  await crew.start();
  return crew;
}

/** With SO_REUSEPORT a second origin would get a part of the first one's connections. */
async function assertFree(place: Place, { limits }: OriginSettings, clock: Clock): Promise<void> {
  if (place.port === 0) return;
  const server = serveHttp({ ...place, limits, clock, handler: () => {}, onError: () => {} });
  await server.stop({ graceMs: 0 });
}

/** A default port that is taken is done without; one that was asked for is an error. */
async function freeGrpc(
  settings: OriginSettings,
  { clock, log }: WorkersOptions,
): Promise<GrpcSettings | undefined> {
  const { grpc } = settings;
  if (grpc === undefined) return undefined;
  try {
    await assertFree(grpc, settings, clock);
    return grpc;
  } catch (error) {
    if (grpc.isAskedFor || !(error instanceof ServerError)) throw error;
    log(`${error.message}. Going on without gRPC`);
    return undefined;
  }
}

interface Worker {
  readonly process: ReturnType<SpawnWorker>;
  readonly listening: PromiseWithResolvers<OriginPlaces>;
  readonly stopped: PromiseWithResolvers<void>;
  isListening: boolean;
}

/** A question that workers are answering: what has each counted? */
interface Question {
  readonly asker: Worker;
  readonly number: number;
  readonly missing: Set<Worker>;
  readonly snapshots: Snapshot[];
}

class WorkerCrew implements RunningWorkers {
  #settings: OriginSettings;
  readonly #identity: TlsIdentity | undefined;
  readonly #options: WorkersOptions;
  readonly #workers: Set<Worker> = new Set();
  readonly #questions: Map<number, Question> = new Map();
  readonly #failed = Promise.withResolvers<never>();
  #asked = 0;
  #isStopping: boolean = false;
  #deathsMs: number[] = [];
  places: OriginPlaces = { http: "", https: undefined, grpc: undefined, profiling: undefined };

  constructor(
    settings: OriginSettings,
    identity: TlsIdentity | undefined,
    options: WorkersOptions,
  ) {
    this.#settings = settings;
    this.#identity = identity;
    this.#options = options;
    // Whoever waits sees it; with nobody waiting it must not count as unhandled.
    this.#failed.promise.catch(() => {});
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** The first one finds the free ports that the others share. */
  async start(): Promise<void> {
    try {
      this.places = await this.#spawn().listening.promise;
      this.#settings = withPorts(this.#settings, this.places);
      const others = Array.from({ length: this.#options.workers - 1 }, () => this.#spawn());
      await Promise.all(others.map(({ listening }) => listening.promise));
    } catch (error) {
      this.#isStopping = true;
      for (const { process } of this.#workers) process.kill();
      throw error;
    }
  }

  #spawn(): Worker {
    const worker: Worker = {
      process: this.#options.spawn(["origin-worker"], {
        ...channelLimits,
        onMessage: (message) => this.#onMessage(worker, message as FromWorker),
        onExit: ({ problem }) => this.#onExit(worker, problem ?? "it ended"),
      }),
      listening: Promise.withResolvers(),
      stopped: Promise.withResolvers(),
      isListening: false,
    };
    worker.listening.promise.catch(() => {});
    this.#workers.add(worker);
    this.#send(worker, { kind: "start", settings: this.#settings, identity: this.#identity });
    return worker;
  }

  #send(worker: Worker, message: ToWorker): void {
    if (!worker.process.trySend(message)) worker.process.kill();
  }

  #onMessage(worker: Worker, message: FromWorker): void {
    switch (message.kind) {
      case "listening":
        worker.isListening = true;
        worker.listening.resolve(message.places);
        break;
      case "refused":
        worker.listening.reject(new OriginError("bad_option", message.message));
        break;
      case "stopped":
        worker.stopped.resolve();
        break;
      case "ask":
        this.#ask(worker, message.question);
        break;
      case "snapshot":
        this.#answer(worker, message.question, message.snapshot);
        break;
    }
  }

  #ask(asker: Worker, number: number): void {
    this.#asked += 1;
    const missing = new Set([...this.#workers].filter(({ isListening }) => isListening));
    this.#questions.set(this.#asked, { asker, number, missing, snapshots: [] });
    for (const worker of missing) this.#send(worker, { kind: "count", question: this.#asked });
  }

  #answer(worker: Worker, number: number, snapshot: Snapshot | undefined): void {
    const question = this.#questions.get(number);
    if (question === undefined) return;
    question.missing.delete(worker);
    if (snapshot !== undefined) question.snapshots.push(snapshot);
    if (question.missing.size > 0) return;
    this.#questions.delete(number);
    const { asker, snapshots } = question;
    this.#send(asker, { kind: "counted", question: question.number, snapshots });
  }

  #onExit(worker: Worker, problem: string): void {
    this.#workers.delete(worker);
    worker.stopped.resolve();
    worker.listening.reject(new OriginError("worker_lost", `Cannot start a worker: ${problem}`));
    for (const number of this.#questions.keys()) this.#answer(worker, number, undefined);
    if (this.#isStopping || this.places.http === "") return;
    const nowMs = this.#options.clock.nowMs();
    this.#deathsMs = [...this.#deathsMs.filter((ms) => ms > nowMs - DEATHS_WITHIN_MS), nowMs];
    if (this.#deathsMs.length > MAX_DEATHS) {
      const message = `Cannot go on: ${this.#deathsMs.length} workers have ended within a minute`;
      this.#failed.reject(new OriginError("worker_lost", message));
      return;
    }
    this.#options.log(`A worker has ended (${problem}); starting another in its place`);
    this.#spawn();
  }

  async stop({ graceMs }: StopOriginOptions = {}): Promise<void> {
    this.#isStopping = true;
    const workers = [...this.#workers];
    for (const worker of workers) this.#send(worker, { kind: "stop", graceMs });
    await Promise.all(workers.map(({ stopped }) => stopped.promise));
    for (const { process } of workers) process.kill();
  }
}

/** The same settings with the ports that were found free. */
function withPorts(settings: OriginSettings, places: OriginPlaces): OriginSettings {
  const { tls, grpc } = settings;
  return {
    ...settings,
    port: portOf(places.http),
    tls: tls && places.https ? { ...tls, port: portOf(places.https) } : tls,
    grpc: grpc && places.grpc ? { ...grpc, port: portOf(`http://${places.grpc}`) } : undefined,
    // One process can be profiled: the first.
    profiling: undefined,
  };
}

const standardPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

function portOf(place: string): number {
  const { port, protocol } = new URL(place);
  return port === "" ? standardPorts[protocol]! : Number(port);
}
