import type { Message } from "../envelope/envelope.ts";
import type {
  ClaimOutcome,
  DropReason,
  HistoryEntry,
  Keeper,
  PutOutcome,
} from "../keeper/keeper.ts";
import { Broadcasts } from "./broadcasts.ts";
import type {
  Broker,
  BrokerLimits,
  BrokerOptions,
  BrokerOutlet,
  GoodbyeReason,
  Handed,
  Receipt,
  Registration,
} from "./broker.ts";
import { type Arrival, type Delivery, type Sending, Session, type Submitted } from "./session.ts";

export function createBroker<Handle>(options: BrokerOptions<Handle>): Broker<Handle> {
  return new KeeperBroker(options);
}

/** From send() to settle() is a hot path: a microsecond, with the keeper in memory. */
class KeeperBroker<Handle> implements Broker<Handle> {
  readonly #keeper: Keeper;
  readonly #outlet: BrokerOutlet<Handle>;
  readonly #limits: BrokerLimits;
  readonly #broadcasts: Broadcasts<Handle>;
  readonly #sessions = new Map<Handle, Session<Handle>>();
  readonly #registered = new Map<string, Session<Handle>>();
  /** As long as put() is being called. */
  #putting: Sending<Handle> | undefined;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor({ keeper, outlet, limits }: BrokerOptions<Handle>) {
    this.#keeper = keeper;
    this.#outlet = outlet;
    this.#limits = limits;
    this.#broadcasts = new Broadcasts({
      keeper,
      outlet,
      maxWaiting: limits.maxWaitingBroadcasts,
      maxWaitingBytes: limits.maxWaitingBytes,
      onSlow: (handle) => {
        const session = this.#sessions.get(handle);
        if (session !== undefined) this.#isSlow(session);
      },
    });
    keeper.listen({
      onArrival: (clientId, message, again) => this.#onArrival(clientId, { message, again }),
      onBroadcast: (entry) => this.#onBroadcast(entry),
      onSettled: (message) => this.#onSettled(message),
      onBuried: (message, reason) => this.#onBuried(message, reason),
      onReplaced: (clientId) => this.#end(this.#registered.get(clientId), "replaced"),
    });
  }

  get connected(): number {
    return this.#registered.size;
  }

  register(
    handle: Handle,
    registration: Registration,
    nowMs: number,
    done: (outcome: ClaimOutcome) => void,
  ): void {
    this.#nowMs = nowMs;
    if (this.#sessions.has(handle)) {
      done({ kind: "taken" });
      return;
    }
    const session = new Session({ handle, registration, nowMs, claimed: done });
    this.#sessions.set(handle, session);
    const { meta, tokenHash } = registration;
    this.#keeper.claim({ meta, tokenHash }, (outcome) => this.#onClaim(session, outcome));
  }

  open(handle: Handle, nowMs: number): void {
    const session = this.#hear(handle, nowMs);
    if (session?.state !== "registered") return;
    session.state = "open";
    const { resume } = session.registration;
    if (resume !== undefined) this.#broadcasts.resume(session, resume);
    this.#keeper.open(session.id);
    this.#broadcasts.pump(session);
  }

  send(handle: Handle, message: Message, nowMs: number): void {
    const session = this.#hear(handle, nowMs);
    if (session !== undefined) this.#put(message, session, undefined);
  }

  submit(message: Message, done: Submitted): void {
    this.#put(message, undefined, done);
  }

  ack(handle: Handle, ids: readonly string[], nowMs: number): void {
    const session = this.#hear(handle, nowMs);
    if (session === undefined) return;
    const settled: Message[] = [];
    for (const { message, sending } of takeDeliveries(session, ids)) {
      if (sending !== undefined) sending.isSettled = true;
      settled.push(message);
    }
    if (settled.length === 0) return;
    this.#keeper.settle(session.id, settled);
    this.#pump(session);
  }

  hold(handle: Handle, ids: readonly string[], nowMs: number): void {
    const session = this.#hear(handle, nowMs);
    if (session === undefined) return;
    const held = new Set(ids);
    for (const delivery of session.inFlight) {
      if (!held.delete(delivery.message.envelope.id)) continue;
      delivery.sentAtMs = nowMs;
      this.#tellQueued(delivery);
    }
  }

  heard(handle: Handle, nowMs: number): void {
    this.#hear(handle, nowMs);
  }

  drained(handle: Handle, nowMs: number): void {
    this.#nowMs = nowMs;
    const session = this.#sessions.get(handle);
    if (session?.slowSinceMs === undefined) return;
    session.slowSinceMs = undefined;
    session.drainedAtMs = nowMs;
    this.#pump(session);
  }

  closed(handle: Handle, nowMs: number): void {
    this.#nowMs = nowMs;
    const session = this.#sessions.get(handle);
    if (session === undefined) return;
    const wasRegistered = session.state !== "claiming";
    this.#forget(session);
    if (wasRegistered) this.#keeper.release(session.id);
  }

  tick(nowMs: number, epochMs: number): void {
    this.#nowMs = nowMs;
    this.#keeper.sweep(epochMs);
    const heard: string[] = [];
    for (const session of this.#registered.values()) {
      if (session.wasHeard) heard.push(session.id);
      session.wasHeard = false;
      this.#check(session);
    }
    if (heard.length > 0) this.#keeper.touch(heard);
  }

  #hear(handle: Handle, nowMs: number): Session<Handle> | undefined {
    this.#nowMs = nowMs;
    const session = this.#sessions.get(handle);
    if (session === undefined || session.state === "claiming") return undefined;
    session.heardAtMs = nowMs;
    session.wasHeard = true;
    return session;
  }

  #onClaim(session: Session<Handle>, outcome: ClaimOutcome): void {
    const isClaimed = outcome.kind === "claimed";
    if (session.state === "ended") {
      if (isClaimed && !this.#hasAnother(session)) this.#keeper.release(session.id);
      return;
    }
    if (isClaimed) {
      this.#end(this.#registered.get(session.id), "replaced");
      this.#registered.set(session.id, session);
      session.state = "registered";
    } else {
      this.#forget(session);
    }
    session.claimed(outcome);
  }

  /** Whose claim is the newer one, if its outcome is not there yet either. */
  #hasAnother({ id }: Session<Handle>): boolean {
    for (const other of this.#sessions.values()) if (other.id === id) return true;
    return false;
  }

  #put(message: Message, session: Session<Handle> | undefined, submitted?: Submitted): void {
    const sending: Sending<Handle> = {
      message,
      session,
      submitted,
      isAnswered: false,
      isSettled: false,
      buried: undefined,
      delivery: undefined,
    };
    const outer = this.#putting;
    this.#putting = sending;
    this.#keeper.put(message, (outcome) => this.#onPut(sending, outcome));
    this.#putting = outer;
    if (sending.isAnswered || session?.registration.wantsReceipts !== true) return;
    const { id } = message.envelope;
    if (!session.unanswered.has(id)) session.unanswered.set(id, sending);
  }

  #onPut(sending: Sending<Handle>, outcome: PutOutcome): void {
    sending.isAnswered = true;
    const { session, submitted } = sending;
    if (submitted !== undefined) {
      submitted(outcome.kind === "kept" && sending.isSettled ? { kind: "delivered" } : outcome);
    }
    if (session === undefined || session.state === "ended") return;
    const { id } = sending.message.envelope;
    if (session.unanswered.get(id) === sending) session.unanswered.delete(id);
    if (outcome.kind === "dropped") {
      this.#outlet.receipt(session.handle, { id, status: "dropped", reason: outcome.reason });
    } else if (session.registration.wantsReceipts) {
      const receipt = tryReceipt(sending, outcome);
      if (receipt !== undefined) this.#outlet.receipt(session.handle, receipt);
    }
  }

  #onArrival(clientId: string, arrival: Arrival): void {
    const session = this.#registered.get(clientId);
    if (session?.state !== "open") return;
    if (session.waiting.size > 0 || !session.isReady) session.waiting.push(arrival);
    else this.#deliver(session, arrival);
  }

  #deliver(session: Session<Handle>, { message, again }: Arrival): void {
    const sending = this.#putting?.message === message ? this.#putting : undefined;
    const attempt = again ? 2 : 1;
    if (session.registration.acknowledges) {
      const delivery = { message, attempt, sentAtMs: this.#nowMs, sending };
      if (sending !== undefined) sending.delivery = delivery;
      session.inFlight.push(delivery);
      this.#willBeOverdue(session, this.#nowMs);
      this.#hand(session, message, attempt);
    } else {
      if (this.#hand(session, message, attempt) === "gone") return;
      if (sending !== undefined) sending.isSettled = true;
      this.#keeper.settle(session.id, [message]);
    }
  }

  /** A connection that is being closed is over: what is not with its client yet waits for it. */
  #hand(session: Session<Handle>, message: Message, attempt: number): Handed {
    const handed = this.#outlet.deliver(session.handle, message, attempt);
    if (handed === "slow") this.#isSlow(session);
    if (handed === "gone") this.closed(session.handle, this.#nowMs);
    return handed;
  }

  #pump(session: Session<Handle>): void {
    while (session.isReady) {
      const arrival = session.waiting.shift();
      if (arrival === undefined) break;
      this.#deliver(session, arrival);
    }
    this.#broadcasts.pump(session);
  }

  #onBroadcast(entry: HistoryEntry): void {
    this.#broadcasts.send(entry, this.#registered.values());
  }

  #onSettled(message: Message): void {
    const waiting = this.#unansweredOf(message);
    if (waiting !== undefined) waiting.isSettled = true;
    else this.#tell(message, { id: message.envelope.id, status: "delivered" });
  }

  #onBuried(message: Message, reason: DropReason): void {
    const waiting = this.#unansweredOf(message);
    if (waiting !== undefined) waiting.buried = reason;
    else this.#tell(message, { id: message.envelope.id, status: "dropped", reason });
  }

  /** Nothing is told of a message before its put() is done. */
  #unansweredOf(message: Message): Sending<Handle> | undefined {
    if (this.#putting?.message === message) return this.#putting;
    const { from, id } = message.envelope;
    return this.#registered.get(from)?.unanswered.get(id);
  }

  #tell({ envelope }: Message, receipt: Receipt): void {
    const session = this.#registered.get(envelope.from);
    if (session?.registration.wantsReceipts !== true) return;
    this.#outlet.receipt(session.handle, receipt);
  }

  /** It was not acknowledged soon: what had been put off is said, if put() is done. */
  #tellQueued(delivery: Delivery<Handle>): void {
    const { sending } = delivery;
    if (sending === undefined) return;
    delivery.sending = undefined;
    sending.delivery = undefined;
    const { session, isAnswered, message } = sending;
    if (!isAnswered || session === undefined || session.state === "ended") return;
    if (!session.registration.wantsReceipts) return;
    this.#outlet.receipt(session.handle, { id: message.envelope.id, status: "queued" });
  }

  #isSlow(session: Session<Handle>): void {
    session.slowSinceMs ??= this.#nowMs;
  }

  /** What is overdue with this one. */
  #check(session: Session<Handle>): void {
    const { clientTtlMs, slowGraceMs } = this.#limits;
    const nowMs = this.#nowMs;
    if (nowMs - session.heardAtMs >= clientTtlMs) this.#end(session, "expired");
    else if (session.slowSinceMs !== undefined) {
      if (nowMs - session.slowSinceMs >= slowGraceMs) this.#end(session, "slow");
    } else {
      if (nowMs >= session.overdueAtMs) this.#redeliver(session);
      if (session.missedAfter !== undefined) this.#broadcasts.pump(session);
    }
  }

  #redeliver(session: Session<Handle>): void {
    session.overdueAtMs = Number.POSITIVE_INFINITY;
    for (const delivery of [...session.inFlight]) {
      const sentAtMs = Math.max(delivery.sentAtMs, session.drainedAtMs);
      if (sentAtMs + this.#limits.ackTimeoutMs > this.#nowMs || session.isSlow) {
        this.#willBeOverdue(session, sentAtMs);
      } else if (delivery.attempt >= this.#limits.maxAttempts) {
        session.inFlight.take((other) => other === delivery);
        this.#keeper.bury(session.id, delivery.message, "unacknowledged");
      } else {
        this.#tellQueued(delivery);
        delivery.attempt += 1;
        delivery.sentAtMs = this.#nowMs;
        this.#willBeOverdue(session, this.#nowMs);
        const { message, attempt } = delivery;
        if (this.#hand(session, message, attempt) === "gone") return;
      }
    }
    this.#pump(session);
  }

  #willBeOverdue(session: Session<Handle>, sentAtMs: number): void {
    const dueMs = sentAtMs + this.#limits.ackTimeoutMs;
    if (dueMs < session.overdueAtMs) session.overdueAtMs = dueMs;
  }

  #end(session: Session<Handle> | undefined, reason: GoodbyeReason): void {
    if (session === undefined) return;
    this.#forget(session);
    if (reason !== "replaced") this.#keeper.release(session.id);
    this.#outlet.end(session.handle, reason);
  }

  /** What is in flight stays in the mailbox. */
  #forget(session: Session<Handle>): void {
    session.state = "ended";
    this.#sessions.delete(session.handle);
    if (this.#registered.get(session.id) === session) this.#registered.delete(session.id);
    for (const delivery of session.inFlight) this.#tellQueued(delivery);
  }
}

/** One for each id, the oldest: two senders may have given the same. */
function takeDeliveries<Handle>(
  { inFlight }: Session<Handle>,
  ids: readonly string[],
): readonly Delivery<Handle>[] {
  const taken: Delivery<Handle>[] = [];
  let place = 0;
  while (place < ids.length && inFlight.first?.message.envelope.id === ids[place]) {
    taken.push(inFlight.shift()!);
    place += 1;
  }
  if (place === ids.length) return taken;
  const others = new Set(ids.slice(place));
  return [...taken, ...inFlight.takeAll(({ message }) => others.delete(message.envelope.id))];
}

function tryReceipt<Handle>(
  { message, isSettled, buried, delivery }: Sending<Handle>,
  outcome: Exclude<PutOutcome, { readonly kind: "dropped" }>,
): Receipt | undefined {
  const { id } = message.envelope;
  switch (outcome.kind) {
    case "published":
      return { id, status: "delivered", recipients: outcome.recipients };
    case "duplicate":
      return { id, status: outcome.waits ? "queued" : "delivered", duplicate: true };
    case "kept":
      if (isSettled) return { id, status: "delivered" };
      if (buried !== undefined) return { id, status: "dropped", reason: buried };
      return delivery === undefined ? { id, status: "queued" } : undefined;
  }
}
