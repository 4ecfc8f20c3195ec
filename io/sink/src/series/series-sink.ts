import type { Outcome } from "../push/outcome.ts";
import { sendPatiently } from "../push/outcome.ts";
import { PushLoop } from "../push/push-loop.ts";
import { type Troubles, troubles } from "../push/troubles.ts";
import type { SinkIo } from "../sink.ts";
import { MAX_SERIES, type SeriesBatch } from "./series-fold.ts";
import { SeriesTable, type StandingSeries } from "./series-table.ts";

/** Is told how the series of the whole run stand; one process has it. */
export interface SeriesSink {
  /** What one of the processes folded. */
  take(batch: SeriesBatch): void;
  /** After the last batch. Settles within CLOSE_LIMIT_MS, and never rejects. */
  close(): Promise<void>;
}

/** One protocol's way to tell it. */
export interface SeriesReceiver {
  /** For messages: a URL, without credentials. */
  readonly where: string;
  readonly intervalMs: number;
  /** All series at each push, or only those that changed. */
  readonly sends: "all" | "changed";
  /** Sends some series with their values as they stand. Does not reject. */
  send(series: readonly StandingSeries[], signal: AbortSignal): Promise<Outcome>;
  /** What is to be said when all is sent: stale markers. */
  finish?(series: readonly StandingSeries[], signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

/** In one request: what receivers take at least (OpenTelemetry's limit is 4 MB). */
const MAX_SERIES_A_REQUEST = 2000;

/**
 * Adds up what the processes fold and pushes it at the receiver's interval. Values are since the
 * start, so a push that fails loses points in time but no sample: the next one has it all.
 */
export class CumulativeSink implements SeriesSink {
  readonly #receiver: SeriesReceiver;
  readonly #io: SinkIo;
  readonly #troubles: Troubles;
  readonly #table: SeriesTable;
  readonly #loop: PushLoop;

  constructor(receiver: SeriesReceiver, io: SinkIo) {
    this.#receiver = receiver;
    this.#io = io;
    const { where, intervalMs } = receiver;
    this.#troubles = troubles({ where, what: "values" }, io.onTrouble);
    this.#table = new SeriesTable((dropped) => {
      const why = `there are more than ${MAX_SERIES} series: give URLs that differ a name tag`;
      this.#troubles.dropped(why, dropped);
    });
    const push = (signal: AbortSignal): Promise<void> => this.#push(signal);
    this.#loop = new PushLoop({ clock: io.clock, intervalMs, push });
  }

  take(batch: SeriesBatch): void {
    this.#table.merge(batch);
  }

  async close(): Promise<void> {
    const isDone = await this.#loop.close((signal) => this.#finish(signal));
    const count = this.#table.all().length;
    if (!isDone) this.#troubles.failed("the run ended before it took the last of them", count);
    this.#troubles.close();
    this.#receiver.close();
  }

  async #push(signal: AbortSignal): Promise<void> {
    const isAll = this.#receiver.sends === "all";
    const due = this.#table.all().filter(({ isChanged }) => isAll || isChanged);
    for (const part of inParts(due)) {
      if (signal.aborted) return;
      for (const series of part) series.isChanged = false;
      const outcome = await this.#send(() => this.#receiver.send(part, signal), signal);
      if (outcome.kind === "taken") continue;
      // What is refused would be refused again, until it has changed.
      if (outcome.kind === "not now") for (const series of part) series.isChanged = true;
      this.#troubles.failed(outcome.why, part.length);
      if (outcome.kind === "not now") return;
    }
  }

  async #finish(signal: AbortSignal): Promise<void> {
    const { finish } = this.#receiver;
    if (finish === undefined) return;
    for (const part of inParts(this.#table.all())) {
      const outcome = await this.#send(() => finish(part, signal), signal);
      if (outcome.kind !== "taken") this.#troubles.failed(outcome.why, 0);
    }
  }

  #send(send: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    return sendPatiently(send, { clock: this.#io.clock, signal });
  }
}

function inParts(series: readonly StandingSeries[]): readonly (readonly StandingSeries[])[] {
  const count = Math.ceil(series.length / MAX_SERIES_A_REQUEST);
  return Array.from({ length: count }, (_, index) =>
    series.slice(index * MAX_SERIES_A_REQUEST, (index + 1) * MAX_SERIES_A_REQUEST),
  );
}
