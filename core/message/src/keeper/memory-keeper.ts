import type { AgentMeta, Message } from "../envelope/envelope.ts";
import { Bindings } from "./bindings.ts";
import { Fifo } from "./fifo.ts";
import { History } from "./history.ts";
import type {
  Claim,
  ClaimOutcome,
  DeadLetter,
  DropReason,
  HistoryEntry,
  HistoryQuery,
  IdOwner,
  Keeper,
  KeeperFigures,
  KeeperLimits,
  KeeperListener,
  MailboxFigures,
  PutOutcome,
} from "./keeper.ts";
import type { Binding, KeeperLog, KeptState } from "./keeper-log.ts";
import { type KeptMessage, Mailbox } from "./mailbox.ts";
import { SeenMessages } from "./seen-messages.ts";
import { toIsoTime } from "./to-iso-time.ts";

export interface MemoryKeeperOptions {
  readonly limits: KeeperLimits;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  readonly log?: KeeperLog;
}

/** A Keeper of one instance, in memory; with a log of it, whoever has that can keep it for good. */
export interface MemoryKeeper extends Keeper {
  /**
   * Once, before anything else. Checks no limit of mailboxes: what was acknowledged is kept. All of
   * it is remembered as seen, and will be told with `again`.
   */
  restore(state: KeptState): void;
  /**
   * These newest messages could not be written down: out of mailboxes, history and memory of what
   * was seen, without a word to anybody. What was delivered meanwhile is skipped.
   */
  retract(messages: readonly Message[]): void;
}

export function memoryKeeper(options: MemoryKeeperOptions): MemoryKeeper {
  return new KeeperInMemory(options);
}

/** put(), what it tells, and settle() are a hot path: a microsecond for all of them. */
class KeeperInMemory implements MemoryKeeper {
  readonly #limits: KeeperLimits;
  readonly #epochMs: () => number;
  readonly #log: KeeperLog | undefined;
  #listener: KeeperListener | undefined;
  readonly #boxes = new Map<string, Mailbox>();
  readonly #history: History;
  readonly #seen: SeenMessages;
  readonly #deadLetters = new Fifo<DeadLetter>();
  #deadLetterBytes = 0;
  readonly #bindings: Bindings;
  #connected = 0;
  #queuedMessages = 0;
  #queuedBytes = 0;
  /** Those with messages. */
  #mailboxes = 0;
  /** Nothing expires before it. */
  #nextExpiryMs = Number.POSITIVE_INFINITY;

  constructor({ limits, epochMs, log }: MemoryKeeperOptions) {
    this.#limits = limits;
    this.#epochMs = epochMs;
    this.#log = log;
    this.#bindings = new Bindings(log);
    this.#history = new History(limits);
    this.#seen = new SeenMessages(limits.maxSeen, Math.floor(epochMs()));
    this.#startCursors();
  }

  get figures(): KeeperFigures {
    return {
      queuedMessages: this.#queuedMessages,
      queuedBytes: this.#queuedBytes,
      mailboxes: this.#mailboxes,
      historySize: this.#history.size,
      deadLetters: this.#deadLetters.size,
    };
  }

  listen(listener: KeeperListener): void {
    this.#listener = listener;
  }

  restore({ waiting, history, deadLetters, bindings }: KeptState): void {
    for (const { message, cursor, from, id, to } of waiting) {
      this.#keep(this.#boxOf(to), { message, cursor, wasTold: true });
      this.#remember(from, id);
      this.#history.goOnAt(cursor + 1);
    }
    for (const entry of history) {
      this.#history.put(entry);
      this.#remember(entry.message.envelope.from, entry.message.envelope.id);
    }
    for (const letter of deadLetters) this.#addDeadLetter(letter);
    this.#restoreBindings([...bindings]);
    this.#startCursors();
  }

  claim({ meta, tokenHash }: Claim, done: (outcome: ClaimOutcome) => void): void {
    const box = this.#boxes.get(meta.id);
    const refusal = this.#refusalOf(box, tokenHash);
    if (refusal !== undefined) {
      done({ kind: refusal });
      return;
    }
    const replaces = box?.meta !== undefined;
    if (replaces) this.#listener?.onReplaced(meta.id);
    this.#connect(box ?? this.#boxOf(meta.id), { meta, tokenHash });
    done({ kind: "claimed", replaces });
  }

  open(clientId: string): void {
    const box = this.#boxes.get(clientId);
    if (box?.meta === undefined || box.isOpen) return;
    box.isOpen = true;
    for (const kept of [...box.messages]) this.#tell(box, kept);
  }

  verify(clientId: string, tokenHash: string | undefined, done: (owner: IdOwner) => void): void {
    const binding = this.#boxes.get(clientId)?.binding;
    if (binding === undefined) done("unbound");
    else done(binding.tokenHash === tokenHash ? "its" : "anothers");
  }

  release(clientId: string): void {
    const box = this.#boxes.get(clientId);
    if (box?.meta === undefined) return;
    box.meta = undefined;
    box.isOpen = false;
    this.#connected -= 1;
    this.#bindings.leave(box, this.#epochMs());
    const { first } = box.messages;
    if (first !== undefined) this.#willExpire(first.message);
    this.#forgetIfOfNoUse(box);
  }

  touch(clientIds: readonly string[]): void {
    const nowMs = this.#epochMs();
    for (const id of clientIds) {
      const box = this.#boxes.get(id);
      if (box !== undefined) box.heardAtMs = nowMs;
    }
  }

  put(message: Message, done: (outcome: PutOutcome) => void): void {
    const { from, id, to } = message.envelope;
    if (this.#seen.has(from, id)) done({ kind: "duplicate", waits: this.#waits(message) });
    else if (to === null) this.#publish(message, done);
    else this.#putInto(to, message, done);
  }

  settle(clientId: string, messages: readonly Message[]): void {
    const box = this.#boxes.get(clientId);
    if (box === undefined) return;
    for (const message of messages) {
      const kept = this.#take(box, message);
      if (kept === undefined) continue;
      this.#log?.removed(message, kept.cursor);
      this.#listener?.onSettled(message);
    }
    this.#forgetIfOfNoUse(box);
  }

  bury(clientId: string, message: Message, reason: DropReason): void {
    const box = this.#boxes.get(clientId);
    if (box === undefined) return;
    this.#bury(box, message, { reason, atMs: this.#epochMs() });
    this.#forgetIfOfNoUse(box);
  }

  retract(messages: readonly Message[]): void {
    for (const message of [...messages].reverse()) {
      const { from, id, to } = message.envelope;
      this.#history.retract(message);
      this.#seen.delete(from, id);
      const box = to === null ? undefined : this.#boxes.get(to);
      if (box === undefined) continue;
      this.#take(box, message);
      this.#forgetIfOfNoUse(box);
    }
  }

  sweep(epochMs: number): void {
    if (epochMs >= this.#nextExpiryMs) this.#expire(epochMs);
    this.#forgetAbsent(epochMs, this.#limits.claimTtlMs);
  }

  async agents(): Promise<readonly AgentMeta[]> {
    const agents: AgentMeta[] = [];
    for (const { meta, heardAtMs } of this.#boxes.values()) {
      if (meta === undefined) continue;
      agents.push(heardAtMs === undefined ? meta : { ...meta, lastSeen: toIsoTime(heardAtMs) });
    }
    return agents;
  }

  async history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return this.#history.query(query);
  }

  async mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    const boxes = [...this.#boxes.values()].filter(({ messages }) => messages.size > 0);
    boxes.sort((a, b) => b.messages.size - a.messages.size || b.bytes - a.bytes);
    return boxes.slice(0, limit).map(({ id, messages, bytes }) => {
      const oldestAtMs = messages.first?.message.acceptedAtMs ?? 0;
      return { id, messages: messages.size, bytes, oldestAtMs };
    });
  }

  async deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const letter of this.#deadLetters.backwards()) {
      if (letters.length >= limit) break;
      letters.push(letter);
    }
    return letters;
  }

  #putInto(to: string, message: Message, done: (outcome: PutOutcome) => void): void {
    const known = this.#boxes.get(to);
    const reason = this.#reasonAgainst(known, message);
    if (reason !== undefined) {
      done({ kind: "dropped", reason });
      return;
    }
    const box = known ?? this.#boxOf(to);
    const kept = { message, cursor: this.#history.add(message), wasTold: false };
    this.#keep(box, kept);
    this.#accepted(message, kept.cursor);
    if (box.isOpen) this.#tell(box, kept);
    done(KEPT);
  }

  #publish(message: Message, done: (outcome: PutOutcome) => void): void {
    const cursor = this.#history.add(message);
    this.#accepted(message, cursor);
    const isFromOne = this.#boxes.get(message.envelope.from)?.meta !== undefined;
    const recipients = this.#connected - (isFromOne ? 1 : 0);
    this.#listener?.onBroadcast({ message, cursor: String(cursor) });
    done({ kind: "published", recipients });
  }

  #accepted(message: Message, cursor: number): void {
    this.#seen.add(message.envelope.from, message.envelope.id);
    if (this.#log === undefined) return;
    this.#log.kept(message, cursor);
    this.#log.historyBegins(this.#history.begin);
  }

  #reasonAgainst(box: Mailbox | undefined, { bytes }: Message): DropReason | undefined {
    const limits = this.#limits;
    const messagesThere = box?.messages.size ?? 0;
    if (messagesThere >= limits.maxQueue) return "queue_full";
    if ((box?.bytes ?? 0) + bytes > limits.maxQueueBytes) return "queue_full";
    const share = box?.isOpen === true ? 1 : ABSENT_SHARE;
    if (this.#queuedBytes + bytes > limits.maxTotalBytes * share) return "store_full";
    const isAnother = messagesThere === 0 && box?.isOpen !== true;
    return isAnother && this.#mailboxes >= limits.maxMailboxes ? "too_many_recipients" : undefined;
  }

  #keep(box: Mailbox, kept: KeptMessage): void {
    if (box.messages.size === 0) this.#mailboxes += 1;
    box.push(kept);
    this.#queuedMessages += 1;
    this.#queuedBytes += kept.message.bytes;
    if (!box.isOpen) this.#willExpire(kept.message);
  }

  #take(box: Mailbox, message: Message): KeptMessage | undefined {
    const kept = box.take(message);
    if (kept === undefined) return undefined;
    if (box.messages.size === 0) this.#mailboxes -= 1;
    this.#queuedMessages -= 1;
    this.#queuedBytes -= message.bytes;
    return kept;
  }

  #tell(box: Mailbox, kept: KeptMessage): void {
    const again = kept.wasTold;
    kept.wasTold = true;
    this.#listener?.onArrival(box.id, kept.message, again);
  }

  #bury(box: Mailbox, message: Message, why: Omit<DeadLetter, "message">): void {
    const kept = this.#take(box, message);
    if (kept === undefined) return;
    const letter = { message, ...why };
    this.#addDeadLetter(letter);
    this.#log?.buried(letter, kept.cursor, this.#deadLetters.size);
    this.#listener?.onBuried(message, why.reason);
  }

  #addDeadLetter(letter: DeadLetter): void {
    this.#seen.delete(letter.message.envelope.from, letter.message.envelope.id);
    this.#deadLetters.push(letter);
    this.#deadLetterBytes += letter.message.bytes;
    const { maxDeadLetters, maxHistoryBytes } = this.#limits;
    while (this.#deadLetters.size > maxDeadLetters || this.#deadLetterBytes > maxHistoryBytes) {
      this.#deadLetterBytes -= this.#deadLetters.shift()!.message.bytes;
    }
  }

  #waits({ envelope }: Message): boolean {
    const box = envelope.to === null ? undefined : this.#boxes.get(envelope.to);
    const isIt = ({ message }: KeptMessage): boolean =>
      message.envelope.from === envelope.from && message.envelope.id === envelope.id;
    return box?.messages.find(isIt) !== undefined;
  }

  #willExpire({ acceptedAtMs }: Message): void {
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, acceptedAtMs + this.#limits.queueTtlMs);
  }

  #expire(epochMs: number): void {
    this.#nextExpiryMs = Number.POSITIVE_INFINITY;
    for (const box of this.#boxes.values()) {
      if (box.isOpen) continue;
      while (box.messages.first !== undefined) {
        const { message } = box.messages.first;
        if (message.acceptedAtMs + this.#limits.queueTtlMs > epochMs) {
          this.#willExpire(message);
          break;
        }
        this.#bury(box, message, { reason: "expired", atMs: epochMs });
      }
      this.#forgetIfOfNoUse(box);
    }
  }

  #refusalOf(
    box: Mailbox | undefined,
    tokenHash: string | undefined,
  ): "bad_token" | "taken" | "full" | undefined {
    if (box?.binding !== undefined) {
      return box.binding.tokenHash === tokenHash ? undefined : "bad_token";
    }
    if (box?.meta !== undefined) return "taken";
    if (tokenHash === undefined || this.#bindings.size < this.#limits.maxClaims) return undefined;
    this.#forgetAbsent(this.#epochMs(), ABSENT_FOR_MS);
    return this.#bindings.size < this.#limits.maxClaims ? undefined : "full";
  }

  /** Who was not connected for so long, and has nothing waiting, loses its id: some of them. */
  #forgetAbsent(epochMs: number, absentMs: number): void {
    for (const box of this.#bindings.seenUntil(epochMs - absentMs, MAX_FORGOTTEN)) {
      if (box.messages.size > 0) this.#bindings.leave(box, epochMs);
      else this.#bindings.unbind(box);
      this.#forgetIfOfNoUse(box);
    }
  }

  #connect(box: Mailbox, { meta, tokenHash }: Claim): void {
    if (box.meta === undefined) this.#connected += 1;
    box.meta = meta;
    box.heardAtMs = undefined;
    box.isOpen = false;
    if (tokenHash !== undefined) this.#bindings.bind(box, tokenHash);
  }

  /** Whoever was connected when the process ended was seen now. */
  #restoreBindings(bindings: readonly Binding[]): void {
    const seenAtMs = (binding: Binding): number => binding.seenAtMs ?? Number.POSITIVE_INFINITY;
    for (const binding of bindings.toSorted((a, b) => seenAtMs(a) - seenAtMs(b))) {
      const box = this.#boxOf(binding.clientId);
      this.#bindings.restore(box, binding);
      if (binding.seenAtMs === undefined) this.#bindings.leave(box, this.#epochMs());
    }
  }

  #remember(from: string, id: string): void {
    if (!this.#seen.has(from, id)) this.#seen.add(from, id);
  }

  /** Above those of an earlier process, also those that it told and could not write down. */
  #startCursors(): void {
    this.#history.goOnAt(Math.floor(this.#epochMs()) * CURSORS_PER_MS);
  }

  #boxOf(id: string): Mailbox {
    const known = this.#boxes.get(id);
    if (known !== undefined) return known;
    const box = new Mailbox(id);
    this.#boxes.set(id, box);
    return box;
  }

  #forgetIfOfNoUse(box: Mailbox): void {
    if (!box.isOfUse) this.#boxes.delete(box.id);
  }
}

const KEPT: PutOutcome = { kind: "kept" };

/** See KeeperLimits.maxClaims. */
const ABSENT_FOR_MS = 3_600_000;
const MAX_FORGOTTEN = 100;

/** See KeeperLimits.maxTotalBytes. */
const ABSENT_SHARE = 0.75;

/** More than a bridge accepts in the long run; and until the year 2255 the numbers are exact. */
const CURSORS_PER_MS = 1000;
