import type {
  Connections,
  Exchange,
  ExchangeListener,
  OutgoingRequest,
} from "@breakwater/http-client";
import type { Measure } from "../measure/measure.ts";
import { HttpTags, VuTags } from "../measure/sample-tags.ts";
import { describeExchange } from "./describe-exchange.ts";
import type { Iteration, IterationOutcome, VirtualUser } from "./virtual-user.ts";

export interface UrlUserOptions {
  readonly idInTest: number;
  readonly request: OutgoingRequest;
  readonly connections: Connections;
  readonly measure: Measure;
  readonly runTags: Readonly<Record<string, string>>;
  readonly url: string;
  readonly onFailure: (message: string) => void;
}

/**
 * URL mode's VU: an iteration is one request, always the same one. Hot path (130,000 iterations a
 * second and core): no promise, no closure and no tag object is made per request.
 */
export class UrlUser implements VirtualUser, ExchangeListener {
  readonly idInTest: number;
  readonly #options: UrlUserOptions;
  readonly #vuTags = new VuTags();
  readonly #tags: HttpTags = new HttpTags(this.#vuTags);
  #iteration: Iteration | undefined;
  #report: (outcome: IterationOutcome) => void = () => {};

  constructor(options: UrlUserOptions) {
    this.idInTest = options.idInTest;
    this.#options = options;
    this.#tags.method = options.request.method;
    this.#tags.name = options.url;
  }

  start(iteration: Iteration, onEnd: (outcome: IterationOutcome) => void): void {
    if (this.#iteration?.scenario !== iteration.scenario) {
      const { name, tags } = iteration.scenario;
      this.#vuTags.scenario = name;
      this.#vuTags.base = { ...this.#options.runTags, ...tags };
    }
    this.#iteration = iteration;
    this.#report = onEnd;
    this.#options.connections.send(this.#options.request, this);
  }

  interrupt(): void {
    this.#options.connections.interrupt();
  }

  onEnd(exchange: Exchange): void {
    const { measure } = this.#options;
    measure.bytes(exchange.bytesSent, exchange.bytesReceived, this.#vuTags, exchange.endedMs);
    if (exchange.failure?.code === "interrupted") {
      this.#report("interrupted");
      return;
    }
    const dueMs = this.#iteration?.dueMs;
    describeExchange(this.#tags, exchange);
    if (exchange.failure) this.#options.onFailure(exchange.failure.message);
    measure.request(exchange, this.#tags, dueMs);
    measure.iteration(exchange.startedMs, exchange.endedMs, dueMs, this.#vuTags);
    this.#report("complete");
  }
}
