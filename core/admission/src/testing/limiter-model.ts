import type { ConcurrencyLimiterOptions } from "../concurrency-limiter.ts";

/** One request as a test knows it. */
export interface Asked {
  readonly id: number;
  readonly partition: string | undefined;
  readonly priority: number;
  readonly dueMs: number;
}

/**
 * What a limiter with a queue must do, the slow and plain way: it is told of every answer in the
 * order in which they came, and keeps a list of what was wrong with them.
 */
export class LimiterModel {
  readonly wrong: string[] = [];
  readonly waiting: Asked[] = [];
  readonly inFlight: Asked[] = [];
  limit: number;
  isClosed = false;
  readonly #options: ConcurrencyLimiterOptions;

  constructor(options: ConcurrencyLimiterOptions, limit: number) {
    this.#options = options;
    this.limit = limit;
  }

  onWaiting(asked: Asked): void {
    this.#mustNot("waits though it could start", this.inFlight.length < this.limit, asked, () =>
      this.#couldStart(asked),
    );
    this.waiting.push(asked);
  }

  onAdmitted(asked: Asked, isCritical = false): void {
    const place = this.waiting.indexOf(asked);
    if (place !== -1) this.waiting.splice(place, 1);
    if (!isCritical) {
      this.#mustNot("above the limit", this.inFlight.length >= this.limit, asked);
      this.#mustNot("above its max", !this.#couldStart(asked), asked);
      const overtaken = this.waiting.filter((other) => this.#goesBefore(other, asked, place));
      this.#mustNot(`overtakes ${overtaken.map(({ id }) => id)}`, overtaken.length > 0, asked);
    }
    this.inFlight.push(asked);
  }

  onRejected(asked: Asked, reason: string, nowMs: number): void {
    const place = this.waiting.indexOf(asked);
    if (place !== -1) this.waiting.splice(place, 1);
    const { maxSize } = this.#options.queue ?? { maxSize: 0 };
    const wasFull = this.waiting.length >= maxSize - (place === -1 ? 0 : 1);
    this.#mustNot("finds no place", reason === "queue_full" && !wasFull, asked);
    this.#mustNot("is too late", reason === "queue_timeout" && asked.dueMs > nowMs + 1e-6, asked);
    const isFree = this.inFlight.length < this.limit && this.#couldStart(asked);
    const isForWant = reason === "limit" || reason === "share" || reason === "priority";
    const isRefusedItsOwn = isForWant && isFree && this.#isEntitled(asked);
    this.#mustNot("is refused its own", isRefusedItsOwn, asked);
    this.#mustNot("drains", reason === "draining" && !this.isClosed, asked);
  }

  onReleased(asked: Asked): void {
    this.inFlight.splice(this.inFlight.indexOf(asked), 1);
  }

  /** After everything that came of a step. */
  settle(nowMs: number): void {
    for (const asked of this.waiting) {
      const isFree = this.inFlight.length < this.limit;
      this.#mustNot("still waits for a free slot", isFree, asked, () => this.#couldStart(asked));
      this.#mustNot("waits for too long", asked.dueMs <= nowMs - 1e-6, asked);
    }
    const { maxSize } = this.#options.queue ?? { maxSize: 0 };
    if (this.waiting.length > maxSize) this.wrong.push(`${this.waiting.length} wait`);
  }

  #goesBefore(other: Asked, asked: Asked, placeOfAsked: number): boolean {
    if (!this.#couldStart(other)) return false;
    if (placeOfAsked === -1) return true;
    const [a, b] = [this.#isEntitled(other), this.#isEntitled(asked)];
    if (a !== b) return a;
    if (other.priority !== asked.priority) return other.priority < asked.priority;
    const { order, maxSize } = this.#options.queue ?? { order: "fifo", maxSize: 0 };
    const size = this.waiting.length + 1;
    const isNewestFirst = order === "lifo" || (order === "adaptive-lifo" && size * 2 > maxSize);
    return isNewestFirst ? other.id > asked.id : other.id < asked.id;
  }

  #shareOf({ partition = "" }: Asked) {
    return this.#options.partitions?.shares[partition] ?? { share: 0 };
  }

  #inFlightOf({ partition }: Asked): number {
    return this.inFlight.filter((other) => other.partition === partition).length;
  }

  #couldStart(asked: Asked): boolean {
    const { max = 1 } = this.#shareOf(asked);
    return this.#inFlightOf(asked) < Math.max(1, Math.floor(max * this.limit + 1e-9));
  }

  #isEntitled(asked: Asked): boolean {
    return this.#inFlightOf(asked) < Math.floor(this.#shareOf(asked).share * this.limit + 1e-9);
  }

  #mustNot(what: string, isWrong: boolean, { id }: Asked, butIf: () => boolean = () => true): void {
    if (isWrong && butIf()) this.wrong.push(`${id} ${what}`);
  }
}
