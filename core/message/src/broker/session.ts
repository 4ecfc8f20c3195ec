import type { Message } from "../envelope/envelope.ts";
import { Fifo } from "../keeper/fifo.ts";
import type { ClaimOutcome, DropReason, HistoryEntry, PutOutcome } from "../keeper/keeper.ts";
import type { Registration } from "./broker.ts";

/** A message that is being put, and what is known of it before put() is done. */
export interface Sending<Handle> {
  readonly message: Message;
  /** Undefined: HTTP's. */
  readonly session: Session<Handle> | undefined;
  readonly submitted: Submitted | undefined;
  isAnswered: boolean;
  isSettled: boolean;
  buried: DropReason | undefined;
  /** While it is on its way to a recipient who will acknowledge it: its `queued` is put off. */
  delivery: Delivery<Handle> | undefined;
}

export type Submitted = (outcome: PutOutcome | { readonly kind: "delivered" }) => void;

/** What a client has, and has not acknowledged. */
export interface Delivery<Handle> {
  readonly message: Message;
  attempt: number;
  /** Or held at. */
  sentAtMs: number;
  /** Whoever is to hear `queued` if it is not acknowledged soon. */
  sending: Sending<Handle> | undefined;
}

export interface Arrival {
  readonly message: Message;
  readonly again: boolean;
}

/** One connection, from its register() on. */
export class Session<Handle> {
  readonly handle: Handle;
  readonly id: string;
  readonly registration: Registration;
  readonly claimed: (outcome: ClaimOutcome) => void;
  state: "claiming" | "registered" | "open" | "ended" = "claiming";
  heardAtMs: number;
  /** Since the last tick. */
  wasHeard: boolean = true;
  /** Since when it is a slow reader. */
  slowSinceMs: number | undefined;
  drainedAtMs: number = Number.NEGATIVE_INFINITY;
  /** Direct messages that were not sent to it yet. */
  readonly waiting: Fifo<Arrival> = new Fifo();
  readonly inFlight: Fifo<Delivery<Handle>> = new Fifo();
  /** Nothing in flight is overdue before it. */
  overdueAtMs: number = Number.POSITIVE_INFINITY;
  /** That wait for it, by rising cursors. */
  readonly broadcasts: Fifo<HistoryEntry> = new Fifo();
  broadcastBytes = 0;
  /** After the waiting ones, what the history has from here on is to come. */
  missedAfter: string | undefined;
  isCatchingUp: boolean = false;
  /** By their messages' ids: those whose put() takes longer than its call. */
  readonly unanswered: Map<string, Sending<Handle>> = new Map();

  constructor(options: {
    readonly handle: Handle;
    readonly registration: Registration;
    readonly nowMs: number;
    readonly claimed: (outcome: ClaimOutcome) => void;
  }) {
    this.handle = options.handle;
    this.id = options.registration.meta.id;
    this.registration = options.registration;
    this.claimed = options.claimed;
    this.heardAtMs = options.nowMs;
  }

  get isSlow(): boolean {
    return this.slowSinceMs !== undefined;
  }

  /** Whether it may be sent a direct message now. */
  get isReady(): boolean {
    if (this.isSlow || this.state === "ended") return false;
    const { acknowledges, window } = this.registration;
    return !acknowledges || this.inFlight.size < window;
  }

  /** Whether it may be sent a broadcast that comes now: nothing older is before it. */
  get isUpToDate(): boolean {
    const waits = this.broadcasts.size > 0 || this.missedAfter !== undefined || this.isCatchingUp;
    return this.state === "open" && !this.isSlow && !waits;
  }

  pushBroadcast(entry: HistoryEntry): void {
    this.broadcasts.push(entry);
    this.broadcastBytes += entry.message.bytes;
  }

  shiftBroadcast(): HistoryEntry | undefined {
    const entry = this.broadcasts.shift();
    this.broadcastBytes -= entry?.message.bytes ?? 0;
    return entry;
  }

  clearBroadcasts(): void {
    this.broadcasts.clear();
    this.broadcastBytes = 0;
  }
}
