import type { CancelTimer, Clock } from "@breakwater/clock";

/** How many bytes may have gone by when. */
export interface Pace {
  /** In all, so long after the first write. Never less later. */
  allowed(elapsedMs: number): number;
  /** So long after the first write, more than `sent` are allowed. */
  nextMs(sent: number): number;
}

/** What an answer's body, and a connection taken over, have alike. */
export interface Sink {
  write(bytes: Uint8Array): boolean;
  onDrain(drained: () => void): void;
}

export interface PacerOptions {
  readonly sink: Sink;
  readonly pace: Pace;
  readonly clock: Clock;
  /** What was written and may not go yet is more than MAX_WAITING_BYTES. */
  readonly onOverflow: () => void;
}

/** For who goes on writing when told to wait. One write may be longer: its bytes are not copied. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** So many bytes at once, and again at each interval. */
export function steadyPace(bytes: number, everyMs: number): Pace {
  return {
    // What is due at a multiple of the interval must not be missed by a rounding.
    allowed: (elapsedMs) => (Math.floor(elapsedMs / everyMs + 1e-6) + 1) * bytes,
    nextMs: (sent) => Math.floor(sent / bytes) * everyMs,
  };
}

/** Lets bytes through to a sink no sooner than a pace allows, nor than the sink takes them. */
export class Pacer implements Sink {
  readonly #options: PacerOptions;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sent = 0;
  /** The pace's time stands still while there is nothing to send, or the sink is full. */
  #elapsedMs = 0;
  #runsSinceMs: number | undefined;
  #cancelTimer: CancelTimer | undefined;
  #isBlocked: boolean = false;
  #isDropped: boolean = false;
  #owesDrain: boolean = false;
  #drained: () => void = () => {};
  #finish: (() => void) | undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
    options.sink.onDrain(() => {
      this.#isBlocked = false;
      if (this.#cancelTimer === undefined) this.#pump();
    });
  }

  /** What was written and not let through yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isDropped || this.#finish !== undefined) return true;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.drop();
      this.#options.onOverflow();
      return true;
    }
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#cancelTimer === undefined) this.#pump();
    this.#owesDrain = this.#waiting.length > 0 || this.#isBlocked;
    return !this.#owesDrain;
  }

  onDrain(drained: () => void): void {
    this.#drained = drained;
  }

  /** Calls `finish` once everything has gone. */
  end(finish: () => void): void {
    if (this.#isDropped || this.#finish !== undefined) return;
    this.#finish = finish;
    if (this.#cancelTimer === undefined) this.#pump();
  }

  /** Forgets what is waiting, for there is nobody to send it to. */
  drop(): void {
    this.#isDropped = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #pump(): void {
    const { pace, sink } = this.#options;
    while (this.#waiting.length > 0 && !this.#isBlocked) {
      const room = pace.allowed(this.#run()) - this.#sent;
      if (room <= 0) {
        this.#wait();
        return;
      }
      this.#isBlocked = !sink.write(this.#take(room));
    }
    this.#stand();
    if (this.#isDropped || this.#waiting.length > 0) return;
    if (this.#finish !== undefined) {
      this.#isDropped = true;
      this.#finish();
    } else if (this.#owesDrain && !this.#isBlocked) {
      this.#owesDrain = false;
      this.#drained();
    }
  }

  #take(room: number): Uint8Array {
    const first = this.#waiting[0]!;
    const part = first.length <= room ? first : first.subarray(0, room);
    if (part === first) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(room);
    this.#waitingBytes -= part.length;
    this.#sent += part.length;
    return part;
  }

  #wait(): void {
    const { clock, pace } = this.#options;
    const dueMs = pace.nextMs(this.#sent);
    // A pace may never allow more: then somebody else ends this.
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = clock.at(clock.nowMs() + dueMs - this.#elapsedMs, () => {
      this.#cancelTimer = undefined;
      this.#run();
      this.#elapsedMs = Math.max(this.#elapsedMs, dueMs);
      this.#pump();
    });
  }

  /** Lets the pace's time run, and tells it. */
  #run(): number {
    const nowMs = this.#options.clock.nowMs();
    if (this.#runsSinceMs !== undefined) this.#elapsedMs += nowMs - this.#runsSinceMs;
    this.#runsSinceMs = nowMs;
    return this.#elapsedMs;
  }

  #stand(): void {
    if (this.#runsSinceMs !== undefined) this.#run();
    this.#runsSinceMs = undefined;
  }
}
