import { ServerError } from "@breakwater/http-server";
import type { Snapshot } from "../metrics/counts.ts";
import { OriginError } from "../origin-error.ts";
import { type OriginEdges, type RunningOrigin, startOrigin } from "../run.ts";
import { channelLimits, type FromWorker, type ToWorker } from "./messages.ts";

/** The line to the process that started this one; io/process has the real one. */
export type OpenChannel = (
  options: typeof channelLimits & { readonly onMessage: (message: unknown) => void },
) => { trySend(message: unknown): boolean; close(): Promise<void> } | undefined;

/** What is asked at the same time at most: more /metrics than anybody needs. */
const MAX_QUESTIONS = 100;

/**
 * One of several processes of an origin. False when nobody has started it as such.
 */
export function runOriginWorker(
  open: OpenChannel,
  edges: Pick<OriginEdges, "log" | "logAnswer">,
): boolean {
  const worker = new OriginWorker(edges);
  const channel = open({
    ...channelLimits,
    onMessage: (message) => worker.onMessage(message as ToWorker),
  });
  if (channel === undefined) return false;
  worker.send = (message) => void channel.trySend(message);
  return true;
}

class OriginWorker {
  readonly #edges: Pick<OriginEdges, "log" | "logAnswer">;
  readonly #questions: Map<number, (snapshots: readonly Snapshot[]) => void> = new Map();
  #asked = 0;
  #origin: RunningOrigin | undefined;
  send: (message: FromWorker) => void = () => {};

  constructor(edges: Pick<OriginEdges, "log" | "logAnswer">) {
    this.#edges = edges;
  }

  onMessage(message: ToWorker): void {
    switch (message.kind) {
      case "start":
        void this.#start(message);
        break;
      case "stop":
        void this.#stop(message.graceMs);
        break;
      case "count":
        if (this.#origin === undefined) break;
        this.send({
          kind: "snapshot",
          question: message.question,
          snapshot: this.#origin.snapshot(),
        });
        break;
      case "counted":
        this.#questions.get(message.question)?.(message.snapshots);
        this.#questions.delete(message.question);
        break;
    }
  }

  async #start({ settings, identity }: Extract<ToWorker, { kind: "start" }>): Promise<void> {
    try {
      const countAll = () => this.#countAll();
      this.#origin = await startOrigin(settings, identity, { ...this.#edges, countAll });
      this.send({ kind: "listening", places: this.#origin.places });
    } catch (error) {
      if (!(error instanceof OriginError || error instanceof ServerError)) throw error;
      this.send({ kind: "refused", message: error.message });
    }
  }

  async #stop(graceMs: number | undefined): Promise<void> {
    await this.#origin?.stop(graceMs === undefined ? {} : { graceMs });
    this.send({ kind: "stopped" });
  }

  #countAll(): Promise<readonly Snapshot[]> {
    const own = this.#origin === undefined ? [] : [this.#origin.snapshot()];
    if (this.#questions.size >= MAX_QUESTIONS) return Promise.resolve(own);
    this.#asked += 1;
    const question = this.#asked;
    return new Promise((resolve) => {
      this.#questions.set(question, resolve);
      this.send({ kind: "ask", question });
    });
  }
}
