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
 * itself. "ending": it has thrown or aborted the test, and what it waited for is being cut.
 * "interrupted": its scenario was over before it was; what is left of it may still run.
 */
type Phase = "loading" | "running" | "ending" | "complete" | "interrupted";

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
  /** Of calls that hold the script up in k6: the one that is under way, and those behind it. */
  #blocking = 0;
  /** Of those, calls that call the script in turn: they hold up events alone. */
  #enclosing = 0;
  readonly #turns: (() => void)[] = [];
  /** Events that came while the script was held up. */
  readonly #events: (() => void)[] = [];
  #isDelivering: boolean = false;
  readonly #closes: (() => void)[] = [];

  constructor(clock: Clock, listener: ActivityListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** A function runs, or what is left of one that was interrupted: no other may begin. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isLoading(): boolean {
    return this.#phase === "loading";
  }

  get isRunning(): boolean {
    return this.#phase === "running";
  }

  get isEnding(): boolean {
    return this.#phase === "ending";
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
    this.#cut();
  }

  /** As interrupt(), by the script's own will: what it did counts as complete. */
  end(): void {
    if (!this.isRunning) return;
    this.#phase = "ending";
    this.#cut();
  }

  #cut(): void {
    const error = new Interrupted();
    this.#events.length = 0;
    this.#closeAll();
    for (const cut of [...this.#waits]) cut(error);
  }

  /**
   * Calls `close` once, when the function that runs now is over or is cut: for what it left open.
   */
  atEnd(close: () => void): void {
    this.#closes.push(close);
  }

  #closeAll(): void {
    for (const close of this.#closes.splice(0)) close();
  }

  /** Throws unless a function of the script runs. `what` follows "Cannot". */
  assertRunning(what: string): void {
    if (this.#phase === "running") return;
    if (this.#phase === "interrupted" || this.isEnding) throw new Interrupted();
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

  /**
   * Runs what holds the whole script up in k6, as sleep() and http.get() do: one after the other in
   * the order they were made, though async functions may make several at once. No event is
   * delivered meanwhile.
   */
  block<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.beginBlocking(() => {
        Promise.try(run).finally(this.endBlocking).then(resolve, reject);
      });
    });
  }

  /** As block(), without a promise of its own: `run` sees to it that endBlocking() follows. */
  beginBlocking(run: () => void): void {
    this.#blocking += 1;
    if (this.#blocking === 1) run();
    else this.#turns.push(run);
  }

  readonly endBlocking = (): void => {
    this.#blocking -= 1;
    this.#turns.shift()?.();
    this.#deliverLater();
  };

  /**
   * As block(), for what calls functions of the script meanwhile, as ws.connect() does: what those
   * call is not held up by it, only events are.
   */
  async enclose<T>(run: () => Promise<T>): Promise<T> {
    if (this.isBlocked) await this.block(async () => {});
    this.#enclosing += 1;
    try {
      return await run();
    } finally {
      this.#enclosing -= 1;
      this.#deliverLater();
    }
  }

  /** A call that holds the script up is under way. */
  get isBlocked(): boolean {
    return this.#blocking > 0;
  }

  /**
   * Keeps the function from being over until it is released: a timer that is set, an open socket or
   * stream. `onInterrupt` ends what it stands for; the hold is released by then.
   */
  hold(onInterrupt: () => void): Hold {
    const release = this.whileWaiting(onInterrupt);
    return {
      release,
      deliver: (event) => {
        this.#events.push(() => this.#handle(event));
        this.#deliverLater();
      },
    };
  }

  /** In the next turn of the event loop, as what the last call gave may make another. */
  #deliverLater(): void {
    if (this.#isDelivering || this.#events.length === 0 || !this.#mayDeliver) return;
    this.#isDelivering = true;
    this.#clock.at(this.#clock.nowMs(), () => {
      this.#isDelivering = false;
      if (this.#mayDeliver) this.#events.shift()?.();
      // One in each turn: what its promises lead to comes before the next, as in k6.
      this.#deliverLater();
    });
  }

  get #mayDeliver(): boolean {
    return this.#blocking === 0 && this.#enclosing === 0;
  }

  #handle(event: () => unknown): void {
    if (!this.isRunning) return;
    const end = this.whileWaiting(() => {});
    Promise.try(event)
      .catch((error: unknown) => this.#failed(error))
      .finally(end);
  }

  /** What the script throws ends all that it had begun, as in k6. */
  #failed(error: unknown): void {
    if (!this.isRunning) return;
    this.#listener.onThrown(error);
    this.end();
  }

  readonly #onReturned = (): void => {
    this.#hasReturned = true;
    if (!this.#hasEnded) return;
    // Whatever else is left of an interrupted function fails in this turn.
    if (this.wasInterrupted) this.#settleLater();
    else this.#settle();
  };

  readonly #onThrown = (error: unknown): void => {
    this.#failed(error);
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
    if (this.isRunning || this.isEnding) this.#phase = "complete";
    if (this.#closes.length > 0) this.#closeAll();
    this.#listener.onSettled();
  }
}

/** See Activity.hold(). */
export interface Hold {
  /** The script may be over when all else is. Harmless when called twice. */
  release(): void;
  /**
   * Runs the script's callback once nothing holds the script up, in the order of delivery. What it
   * throws ends the iteration.
   */
  deliver(event: () => unknown): void;
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
