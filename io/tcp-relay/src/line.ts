import { Fifo } from "./fifo.ts";
import type { Impairments } from "./impairments.ts";

/**
 * How a line ends: "end" as the sender did, "close" by an impairment, "reset" by either, of which
 * both ends are told at once.
 */
export type LineEnd = "end" | "close" | "reset";

/** What has come out of a line. */
export type Arrival = { readonly kind: "bytes"; readonly bytes: Uint8Array } | Mark;

interface Mark {
  readonly kind: LineEnd;
}

type Waiting = Arrival & { readonly sinceMs: number };
type InFlight = Arrival & { readonly dueMs: number };

interface Piece {
  readonly item: Waiting;
  readonly length: number;
  readonly passedMs: number;
  readonly freeMs: number;
}

/** After a rest a line may be so much ahead of its bandwidth: what one turn of a timer costs. */
const BUCKET_MS = 1;
/** A narrow line passes packets, as Ethernet's, but no longer ones than this takes. */
const PACKET_BYTES = 1460;
const PACKET_MS = 20;
/** How long it may be until there is a look at the line again: it goes on meanwhile. */
const TURN_MS = 20;
/** What a line may hold however narrow it is. */
export const MIN_HELD_BYTES = 65_536;
/** What it may hold at most, whatever its bandwidth and latency. */
export const MAX_HELD_BYTES = 4_194_304;
/** Reads that wait, and pieces on their way: tiny ones cost more memory than their bytes. */
export const MAX_HELD_ITEMS = 16_384;

/**
 * One direction of one connection, in virtual time: bytes go in, and come out in order, later,
 * slower, in pieces, or not at all.
 *
 * They first wait for the bandwidth (a token bucket that holds the bytes of 1 ms) and then are on
 * their way for the latency. All times are exact, whenever it is looked; nothing comes out early.
 */
export class Line {
  #impairments: Impairments = {};
  readonly #random: () => number;
  readonly #waiting = new Fifo<Waiting>();
  readonly #flight = new Fifo<InFlight>();
  #waitingBytes = 0;
  #flightBytes = 0;
  /** Until then the bandwidth is used up. */
  #freeMs = 0;
  /** Nothing overtakes. */
  #lastDueMs = 0;
  #leftBytes = Number.POSITIVE_INFINITY;
  #isEnded: boolean = false;
  #closeAtMs = Number.POSITIVE_INFINITY;
  #resetAtMs = Number.POSITIVE_INFINITY;
  /** When the sender's reset is there. */
  #peerResetMs = Number.POSITIVE_INFINITY;
  #isStraight: boolean = true;

  constructor(impairments: Impairments, random: () => number, nowMs: number) {
    this.#random = random;
    this.set(impairments, nowMs);
  }

  /**
   * From now on. What is on its way keeps its time, unless with the new latency it would be there
   * sooner.
   */
  set(impairments: Impairments, nowMs: number): void {
    this.#advance(nowMs);
    this.#impairments = impairments;
    const { latencyMs = 0, jitterMs = 0, slowCloseMs = 0, timeoutMs, resetPeerMs } = impairments;
    this.#freeMs = Math.min(this.#freeMs, nowMs);
    const latestMs = nowMs + latencyMs + jitterMs;
    this.#flight.change((item) => {
      const endMs = item.kind === "end" || item.kind === "close" ? slowCloseMs : 0;
      return { ...item, dueMs: Math.min(item.dueMs, latestMs + endMs) };
    });
    this.#lastDueMs = Math.min(this.#lastDueMs, latestMs);
    if (this.#peerResetMs !== Number.POSITIVE_INFINITY) this.#peerResetMs = this.#lastDueMs;
    this.#closeAtMs = timeoutMs ? nowMs + timeoutMs : Number.POSITIVE_INFINITY;
    this.#resetAtMs = resetPeerMs === undefined ? Number.POSITIVE_INFINITY : nowMs + resetPeerMs;
    this.#leftBytes = impairments.limitBytes ?? Number.POSITIVE_INFINITY;
    this.#isStraight = isHarmless(impairments);
  }

  /** What goes in now comes out now and as it is: nothing is held, nothing is wrong. */
  get isStraight(): boolean {
    return this.#isStraight && this.heldBytes === 0 && !this.#isEnded;
  }

  get heldBytes(): number {
    return this.#waitingBytes + this.#flightBytes;
  }

  /** Too many small reads wait, however few bytes they are. */
  get isCrowded(): boolean {
    return this.#waiting.length >= MAX_HELD_ITEMS;
  }

  /** What the line needs to be full all the time, and no more than it may hold. */
  get roomBytes(): number {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = this.#impairments;
    const flightMs = latencyMs + jitterMs;
    if (bytesPerSecond === undefined) return flightMs === 0 ? MIN_HELD_BYTES : MAX_HELD_BYTES;
    const room = (bytesPerSecond * (flightMs + TURN_MS)) / 1000;
    return Math.min(MAX_HELD_BYTES, MIN_HELD_BYTES + room);
  }

  /** Takes the bytes, which nobody may change until they have come out. */
  push(bytes: Uint8Array, nowMs: number): void {
    if (this.#isEnded || bytes.length === 0) return;
    const { resetChance = 0 } = this.#impairments;
    if (resetChance > 0 && this.#random() < resetChance) {
      this.#finish("reset", nowMs);
      return;
    }
    const passing = bytes.length <= this.#leftBytes ? bytes : bytes.subarray(0, this.#leftBytes);
    this.#waiting.push({ kind: "bytes", bytes: passing, sinceMs: nowMs });
    this.#waitingBytes += passing.length;
    this.#leftBytes -= passing.length;
    if (this.#leftBytes === 0) this.#finish("close", nowMs);
  }

  /** The sender has ended. */
  end(nowMs: number): void {
    this.#finish("end", nowMs);
  }

  /** The sender has reset: that goes by with what is on its way, but what waits will never go. */
  reset(nowMs: number): void {
    this.#advance(nowMs);
    this.#waiting.clear();
    this.#waitingBytes = 0;
    this.#isEnded = true;
    this.#fly({ kind: "reset" }, nowMs);
    this.#peerResetMs = this.#lastDueMs;
  }

  /** The first of what has arrived; the same until it was taken. */
  arrived(nowMs: number): Arrival | undefined {
    if (this.#resetAtMs <= nowMs) return { kind: "reset" };
    if (this.#impairments.timeoutMs !== undefined) {
      return this.#closeAtMs <= nowMs ? { kind: "close" } : undefined;
    }
    this.#advance(nowMs);
    const first = this.#flight.first;
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const { sliceBytes } = this.#impairments;
    if (first.kind !== "bytes" || !sliceBytes || first.bytes.length <= sliceBytes) return first;
    return { kind: "bytes", bytes: first.bytes.subarray(0, sliceBytes) };
  }

  /** So many of the arrived bytes are out. */
  took(bytes: number): void {
    const first = this.#flight.first;
    if (first?.kind !== "bytes" || bytes === 0) return;
    this.#flightBytes -= bytes;
    if (bytes >= first.bytes.length) this.#flight.dropFirst();
    else this.#flight.replaceFirst({ ...first, bytes: first.bytes.subarray(bytes) });
  }

  /**
   * When arrived() should be asked again if it has nothing now; Infinity: when something goes in.
   */
  nextDueMs(): number {
    const endMs = Math.min(this.#closeAtMs, this.#resetAtMs);
    if (this.#impairments.timeoutMs !== undefined) return endMs;
    const nextMs = this.#flight.first?.dueMs ?? this.#nextPiece()?.passedMs;
    return Math.min(nextMs ?? Number.POSITIVE_INFINITY, endMs);
  }

  /** When it ends though nobody takes what has arrived. */
  get deadlineMs(): number {
    return Math.min(this.#closeAtMs, this.#resetAtMs, this.#peerResetMs);
  }

  #finish(kind: LineEnd, nowMs: number): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting.push({ kind, sinceMs: nowMs });
  }

  /**
   * Sends on their way what the bandwidth has let pass until now. What finds too many others there
   * is sent later, with the time at which it has passed.
   */
  #advance(nowMs: number): void {
    for (let piece = this.#nextPiece(); piece; piece = this.#nextPiece()) {
      if (piece.passedMs > nowMs || this.#flight.length >= MAX_HELD_ITEMS) return;
      const { item, length, freeMs, passedMs } = piece;
      if (item.kind !== "bytes") {
        this.#waiting.dropFirst();
        this.#fly({ kind: item.kind }, passedMs);
        continue;
      }
      const { bytes } = item;
      if (length === bytes.length) this.#waiting.dropFirst();
      else this.#waiting.replaceFirst({ ...item, bytes: bytes.subarray(length) });
      this.#waitingBytes -= length;
      this.#flightBytes += length;
      this.#freeMs = freeMs;
      this.#fly({ kind: "bytes", bytes: bytes.subarray(0, length) }, passedMs);
    }
  }

  /** What passes next, when it has, and when the one after it may begin. */
  #nextPiece(): Piece | undefined {
    const item = this.#waiting.first;
    if (item === undefined) return undefined;
    const { bytesPerSecond, sliceBytes, sliceDelayMs } = this.#impairments;
    const { sinceMs } = item;
    const startMs = Math.max(this.#freeMs, sinceMs);
    if (item.kind !== "bytes") return { item, length: 0, passedMs: startMs, freeMs: startMs };
    let { length } = item.bytes;
    // Without a delay they are cut when they come out: a piece here is an object.
    if (sliceBytes && sliceDelayMs) length = Math.min(length, sliceBytes);
    if (bytesPerSecond === undefined) {
      return { item, length, passedMs: startMs, freeMs: startMs + (sliceDelayMs ?? 0) };
    }
    length = Math.min(length, pieceBytes(bytesPerSecond));
    const endMs = Math.max(this.#freeMs, sinceMs - BUCKET_MS) + (length * 1000) / bytesPerSecond;
    const passedMs = Math.max(endMs, sinceMs);
    return { item, length, passedMs, freeMs: sliceDelayMs ? passedMs + sliceDelayMs : endMs };
  }

  #fly(arrival: Arrival, passedMs: number): void {
    const { latencyMs = 0, jitterMs = 0, slowCloseMs = 0 } = this.#impairments;
    const variationMs = jitterMs > 0 ? (this.#random() * 2 - 1) * jitterMs : 0;
    const isClosing = arrival.kind === "end" || arrival.kind === "close";
    const delayMs = Math.max(0, latencyMs + variationMs) + (isClosing ? slowCloseMs : 0);
    this.#lastDueMs = Math.max(this.#lastDueMs, passedMs + delayMs);
    this.#flight.push({ ...arrival, dueMs: this.#lastDueMs });
  }
}

/** At least what passes while a timer turns, so that a broad line costs few pieces. */
function pieceBytes(bytesPerSecond: number): number {
  const perMs = bytesPerSecond / 1000;
  return Math.max(1, Math.floor(Math.max(perMs, Math.min(PACKET_BYTES, perMs * PACKET_MS))));
}

/** Whether bytes pass as they are. */
function isHarmless(impairments: Impairments): boolean {
  const { latencyMs, jitterMs, bytesPerSecond, sliceBytes } = impairments;
  const { resetChance, timeoutMs, limitBytes } = impairments;
  const none = [bytesPerSecond, timeoutMs, limitBytes].every((value) => value === undefined);
  return none && !latencyMs && !jitterMs && !sliceBytes && !resetChance;
}
