import type { CancelTimer, Clock } from "@breakwater/clock";
import type { Impairments } from "./impairments.ts";
import { Line, type LineEnd, MIN_HELD_BYTES } from "./line.ts";

/** What a lane needs of a socket. */
export interface LaneSocket {
  /** How many bytes the kernel took; negative when the connection is gone. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
}

export interface LaneOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly impairments: Impairments;
  /** Where bytes come from. */
  readonly from: LaneSocket;
  readonly owner: LaneOwner;
}

export interface LaneOwner {
  /** What a line may hold for all to have their share; each may hold 64 KiB. */
  readonly shareBytes: number;
  onDelivered(lane: Lane, bytes: number): void;
  /** Told once; nothing is delivered after that. */
  onLineEnd(lane: Lane, kind: LineEnd): void;
  /** Where it leads is gone. */
  onLost(lane: Lane): void;
}

/** So that other connections have their turn when one comes in tiny slices. */
const WRITES_PER_TURN = 1000;
/** Timers have no finer resolution without burning the CPU. */
const TICK_MS = 1;
/** So that 50 ms in doubles do not become 51. */
const ROUNDING_MS = 1e-6;

/**
 * One direction of one connection: a Line between two sockets, with the timer that moves it. When
 * the line is full it stops reading.
 *
 * Hot path: without impairments each read is one write, and neither clock nor timer is touched.
 */
export class Lane {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #owner: LaneOwner;
  readonly #from: LaneSocket;
  #to: LaneSocket | undefined;
  #cancel: CancelTimer | undefined;
  #isBlocked: boolean = false;
  #isHeld: boolean = false;
  #isReading: boolean = true;
  #isOver: boolean = false;

  constructor({ clock, random, impairments, from, owner }: LaneOptions) {
    this.#clock = clock;
    this.#owner = owner;
    this.#from = from;
    this.#line = new Line(impairments, random, clock.nowMs());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on there is somewhere to go. */
  connect(to: LaneSocket): void {
    this.#to = to;
    this.#deliver();
  }

  set(impairments: Impairments): void {
    this.#line.set(impairments, this.#clock.nowMs());
    this.#deliver();
  }

  onData(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const to = this.#to;
    if (to === undefined || this.#isBlocked || this.#isHeld || !this.#line.isStraight) {
      this.#line.push(bytes, this.#clock.nowMs());
      this.#deliver();
      return;
    }
    const sent = to.write(bytes);
    if (sent === bytes.length) this.#owner.onDelivered(this, sent);
    else this.#keep(bytes, sent);
  }

  onEnd(): void {
    if (this.#isOver) return;
    this.#line.end(this.#clock.nowMs());
    this.#deliver();
  }

  onReset(): void {
    if (this.#isOver) return;
    this.#line.reset(this.#clock.nowMs());
    this.#deliver();
  }

  onDrain(): void {
    this.#isBlocked = false;
    this.#deliver();
  }

  /** Nothing moves until release(). */
  hold(): void {
    this.#isHeld = true;
    this.#cancelTimer();
    this.#readOrNot();
  }

  release(): void {
    this.#isHeld = false;
    this.#deliver();
  }

  /** Nothing is delivered any more; what still comes is read and thrown away. */
  stop(): void {
    this.#isOver = true;
    this.#cancelTimer();
    this.#readOrNot();
  }

  #keep(bytes: Uint8Array, sent: number): void {
    if (sent < 0) {
      this.#owner.onLost(this);
      return;
    }
    this.#owner.onDelivered(this, sent);
    this.#isBlocked = true;
    this.#line.push(bytes.subarray(sent), this.#clock.nowMs());
    this.#readOrNot();
  }

  #deliver(): void {
    if (this.#isOver || this.#isHeld) return;
    this.#cancelTimer();
    const nowMs = this.#clock.nowMs();
    this.#wakeAt(this.#letOut(nowMs), nowMs);
    this.#readOrNot();
  }

  /** Lets out what has arrived; when there may be more, if time alone brings it. */
  #letOut(nowMs: number): number {
    for (let writes = 0; writes < WRITES_PER_TURN; writes += 1) {
      const arrival = this.#line.arrived(nowMs);
      if (arrival === undefined) return this.#line.nextDueMs();
      const to = this.#to;
      if (arrival.kind === "bytes") {
        if (to === undefined || this.#isBlocked) return this.#untaken(nowMs);
        if (!this.#write(to, arrival.bytes)) return Number.POSITIVE_INFINITY;
      } else if (arrival.kind === "end" && to === undefined) {
        return this.#line.deadlineMs;
      } else {
        return this.#finish(arrival.kind);
      }
    }
    return nowMs + TICK_MS;
  }

  /** Something has arrived that its receiver does not take: that cannot hold up a reset. */
  #untaken(nowMs: number): number {
    const { deadlineMs } = this.#line;
    return deadlineMs <= nowMs ? this.#finish("reset") : deadlineMs;
  }

  #finish(kind: LineEnd): number {
    this.stop();
    this.#owner.onLineEnd(this, kind);
    return Number.POSITIVE_INFINITY;
  }

  /** False when it is lost. */
  #write(to: LaneSocket, bytes: Uint8Array): boolean {
    const sent = to.write(bytes);
    if (sent < 0) {
      this.#owner.onLost(this);
      return false;
    }
    this.#line.took(sent);
    this.#owner.onDelivered(this, sent);
    this.#isBlocked = sent < bytes.length;
    return true;
  }

  #readOrNot(): void {
    const { heldBytes, roomBytes, isCrowded } = this.#line;
    const room = Math.max(MIN_HELD_BYTES, Math.min(roomBytes, this.#owner.shareBytes));
    // Once full it has to be half empty again: fewer calls of the kernel.
    const hasRoom = heldBytes < (this.#isReading ? room : room / 2) && !isCrowded;
    const wantsToRead = this.#isOver || (hasRoom && !this.#isHeld);
    if (wantsToRead === this.#isReading) return;
    this.#isReading = wantsToRead;
    if (wantsToRead) this.#from.resume();
    else this.#from.pause();
  }

  #wakeAt(dueMs: number, nowMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(TICK_MS, Math.ceil(dueMs - nowMs - ROUNDING_MS));
    this.#cancel = this.#clock.at(nowMs + waitMs, () => {
      this.#cancel = undefined;
      this.#deliver();
    });
  }

  #cancelTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
