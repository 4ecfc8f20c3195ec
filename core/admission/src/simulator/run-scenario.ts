import type { Clock } from "../clock.ts";
import type { Limiter } from "../limiter.ts";
import { startArrivals } from "./arrivals.ts";
import { type Ask, Clients } from "./clients.ts";
import { EventQueue } from "./event-queue.ts";
import { type Random, seededRandom } from "./random.ts";
import { Recording } from "./recording.ts";
import type { ScenarioResult } from "./result.ts";
import { checkScenario, type Scenario } from "./scenario.ts";
import { Server } from "./server.ts";

export interface RunOptions {
  readonly scenario: Scenario;
  /** Makes the limiter that is tried, on the clock of the run. */
  readonly limiter: (parts: LimiterParts) => Limiter;
  /** A whole number from 0; the same one gives the same run, to the last digit. */
  readonly seed: number;
  /** Of what waits to happen at a time: about the requests in flight, and those with a timeout. */
  readonly maxEvents: number;
}

export interface LimiterParts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Streams of randomness; each traffic has two more. */
const LIMITER = 0;
const SERVER = 1;
const TRAFFIC = 2;

/**
 * Runs a scenario in virtual time: some hundred thousand requests a second. Bad options throw an
 * AdmissionError ("bad_option"), as do more events than `maxEvents`; whatever the limiter throws
 * comes out.
 */
export async function runScenario(options: RunOptions): Promise<ScenarioResult> {
  const { scenario, seed, maxEvents } = options;
  checkScenario(scenario);
  const clock = new EventQueue({ maxEvents });
  const limiter = options.limiter({ clock, random: seededRandom(seed, LIMITER) });
  const server = new Server(scenario.server, { clock, random: seededRandom(seed, SERVER) });
  const recording = new Recording(scenario, clock);
  const queue = new QueueWatch(limiter);
  sampleEachSecond(clock, () => recording.sampled(limiter.snapshot()));
  for (const [index, { arrivals, client, context }] of scenario.traffic.entries()) {
    const stream = TRAFFIC + 2 * index;
    const random = seededRandom(seed, stream + 1);
    const parts = { clock, random, server, recording, context, ask: queue.ask };
    const clients = new Clients(client, parts);
    startArrivals(arrivals, {
      ...{ clock, random: seededRandom(seed, stream) },
      arrive: (ended) => clients.start(ended),
    });
  }
  while (clock.runNext(scenario.durationMs)) {
    if (queue.isInUse) await queue.settle();
  }
  const result = recording.result({ algorithm: limiter.snapshot().algorithm, seed });
  limiter.close();
  await queue.settle();
  return result;
}

function sampleEachSecond(clock: Clock, sample: () => void): void {
  const next = () => {
    sample();
    clock.at(clock.nowMs() + 1000, next);
  };
  clock.at(0, next);
}

/** A limiter's queue answers by promises, which take no virtual time but must be waited for. */
class QueueWatch {
  readonly #limiter: Limiter;
  #waiting = 0;
  #thrown: { readonly error: unknown } | undefined;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  get isInUse(): boolean {
    return this.#waiting > 0;
  }

  readonly ask: Ask = (context, signal, answered) => {
    const answer = this.#limiter.acquire(context, { signal });
    if (!("then" in answer)) {
      answered(answer);
      return;
    }
    this.#waiting += 1;
    answer
      .then((late) => {
        this.#waiting -= 1;
        answered(late);
      })
      .catch((error: unknown) => {
        this.#thrown = { error };
      });
  };

  /** Long enough for a chain of ten awaits. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    if (this.#thrown !== undefined) throw this.#thrown.error;
  }
}
