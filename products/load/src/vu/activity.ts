import type { Clock } from "@breakwater/clock";

/** Who is told how a function of the script went. */
export interface ActivityListener {
  /** The function threw; not called once it was interrupted. */
  onThrown(error: unknown): void;
  /**
   * The function has returned and every call that it made has ended. Called once for each begin().
   */
  onSettled(): void;
}

/**
 * "loading": the module's top level runs. "complete": nothing runs, and the last function ended by
 * itself. "interrupted": its scenario was over before it was; what is left of it may still run.
 */
type Phase = "loading" | "running" | "complete" | "interrupted";

/**
 * Whether a VU's script runs, and what it waits for. As in k6 a function is over when the calls
 * that it made are, awaited or not: a script that forgets an `await` must not send without end.
 *
 * Used again for every iteration: nothing is allocated here but the promise of the function.
 */
export class Activity {
  readonly #clock: Clock;
  readonly #listener: ActivityListener;
  #phase: Phase = "loading";
  #isBusy: boolean = false;
  #hasReturned: boolean = false;
  #openCalls = 0;
  #hasWaited: boolean = false;
  readonly #waits = new Set<(error: Interrupted) => void>();

  constructor(clock: Clock, listener: ActivityListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** A function runs, or what is left of one that was interrupted: no other may begin. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isRunning(): boolean {
    return this.#phase === "running";
  }

  get wasInterrupted(): boolean {
    return this.#phase === "interrupted";
  }

  /** The event loop has had a turn since the last function began. */
  get hasWaited(): boolean {
    return this.#hasWaited;
  }

  begin(run: (data: unknown) => unknown, data: unknown): void {
    this.#isBusy = true;
    this.#hasReturned = false;
    this.#hasWaited = false;
    this.#phase = "running";
    let result: unknown;
    try {
      result = run(data);
    } catch (error) {
      result = Promise.reject(error);
    }
    Promise.resolve(result).then(this.#onReturned, this.#onThrown);
  }

  /** Fails what the script waits for, and all that it tries from here on. */
  interrupt(): void {
    if (!this.isRunning) return;
    this.#phase = "interrupted";
    const error = new Interrupted();
    for (const cut of [...this.#waits]) cut(error);
  }

  /** Throws unless a function of the script runs. `what` follows "Cannot". */
  assertRunning(what: string): void {
    if (this.#phase === "running") return;
    if (this.#phase === "interrupted") throw new Interrupted();
    const why =
      this.#phase === "loading"
        ? "the script is still being loaded: do it in default(), setup() or teardown()"
        : "the iteration is over: await what it starts";
    throw new TypeError(`Cannot ${what}: ${why}`);
  }

  /** Throws unless the module's top level runs. `what` follows "Cannot". */
  assertLoading(what: string): void {
    if (this.#phase === "loading") return;
    throw new TypeError(`Cannot ${what} now: do it at the script's top level`);
  }

  /** A call is under way; interrupting it is its own business. */
  beginCall(): void {
    this.#openCalls += 1;
  }

  /** The call that ends has brought something from a socket: not every call waits for one. */
  noteWait(): void {
    this.#hasWaited = true;
  }

  endCall(): void {
    this.#openCalls -= 1;
    if (this.#hasReturned) this.#settleLater();
  }

  /** Calls `onInterrupt` if the function is interrupted before the returned function is called. */
  whileWaiting(onInterrupt: (error: Interrupted) => void): () => void {
    const cut = (error: Interrupted): void => {
      end();
      onInterrupt(error);
    };
    const end = (): void => {
      this.#waits.delete(cut);
      if (this.#hasReturned) this.#settleLater();
    };
    this.#waits.add(cut);
    this.#hasWaited = true;
    return end;
  }

  readonly #onReturned = (): void => {
    this.#hasReturned = true;
    if (!this.#hasEnded) return;
    // Whatever else is left of an interrupted function fails in this turn.
    if (this.wasInterrupted) this.#settleLater();
    else this.#settle();
  };

  readonly #onThrown = (error: unknown): void => {
    if (this.isRunning) this.#listener.onThrown(error);
    this.#onReturned();
  };

  get #hasEnded(): boolean {
    return this.#hasReturned && this.#openCalls === 0 && this.#waits.size === 0;
  }

  /** In the next turn: what awaits the last call that ended may make another. */
  #settleLater(): void {
    if (!this.#hasEnded) return;
    this.#clock.at(this.#clock.nowMs(), () => {
      if (this.#isBusy && this.#hasEnded) this.#settle();
    });
  }

  #settle(): void {
    this.#isBusy = false;
    this.#hasReturned = false;
    if (this.isRunning) this.#phase = "complete";
    this.#listener.onSettled();
  }
}

/**
 * How a call ends whose iteration was cut short. Scripts may see it pass, never swallow its effect.
 */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the iteration was interrupted: its scenario is over");
  }
}
