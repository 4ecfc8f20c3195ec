import { AdmissionError, badOption, checkPart } from "./admission-error.ts";
import type { Clock } from "./clock.ts";
import type { Rejection, RejectionReason } from "./rejection.ts";

export interface PartitionOptions {
  /** By name. Together the shares are at most 1; what is over is for whoever comes. */
  readonly shares: Readonly<Record<string, PartitionShare>>;
  /** Requests of no partition, or of another: they borrow what is unused, or get nothing. */
  readonly unknown: "borrow" | "reject";
}

export interface PartitionShare {
  /** The part of the limit that is its own, cut to whole slots; 0: it only borrows. */
  readonly share: number;
  /** The part of the limit above which it may not borrow; left out: all of it. */
  readonly max?: number | undefined;
}

/** For so long a slot is kept for a partition that was refused what is its own. */
const CLAIM_MS = 1000;
/** 0.29 × 100 is 28.999999999999996. */
const ROUNDING = 1e-9;

/**
 * One partition of a limiter. Where nobody waits, being refused below its share leaves a claim: the
 * next slot stays free for it until it comes again, or for a second.
 */
export class Partition {
  /** Undefined: whoever is in no other. */
  readonly name: string | undefined;
  /** Its place among the limiter's. */
  readonly index: number;
  readonly share: number;
  /** Refuses whatever comes. */
  readonly isShut: boolean;
  readonly #max: number;
  inFlight = 0;
  /** The last rejection of each reason: most are the same as that. */
  readonly rejections: Partial<Record<RejectionReason, Rejection>> = {};
  #claims = 0;
  #claimedMs = 0;

  constructor(name: string | undefined, index: number, share: PartitionShare, isShut: boolean) {
    this.name = name;
    this.index = index;
    this.share = share.share;
    this.#max = share.max ?? 1;
    this.isShut = isShut;
  }

  /** How many of so many are its own. */
  own(places: number): number {
    return Math.floor(this.share * places + ROUNDING);
  }

  /** Whether the next slot is its own. */
  isEntitled(limit: number): boolean {
    return this.inFlight < this.own(limit);
  }

  isAtMax(limit: number): boolean {
    return this.inFlight >= Math.max(1, Math.floor(this.#max * limit + ROUNDING));
  }

  /** It was refused what is its own. */
  claim(nowMs: number): void {
    if (nowMs - this.#claimedMs >= CLAIM_MS) this.#claims = 0;
    this.#claims += 1;
    this.#claimedMs = nowMs;
  }

  onAdmitted(): void {
    this.inFlight += 1;
    if (this.#claims > 0) this.#claims -= 1;
  }

  /** How many slots are kept for it. The clock is read only where there is a claim. */
  claimed(clock: Clock, limit: number): number {
    if (this.#claims === 0) return 0;
    if (clock.nowMs() - this.#claimedMs >= CLAIM_MS) this.#claims = 0;
    return Math.min(this.#claims, Math.max(0, this.own(limit) - this.inFlight));
  }
}

/** The partitions of a limiter, the rest last. */
export class Partitions {
  readonly all: readonly Partition[];
  readonly rest: Partition;
  /** Undefined: there is only the rest. */
  readonly #named: ReadonlyMap<string, Partition> | undefined;

  constructor(options: PartitionOptions | undefined) {
    const shares = Object.entries(options?.shares ?? {});
    check(shares);
    const named = shares.map(([name, share], index) => new Partition(name, index, share, false));
    const isShut = options?.unknown === "reject";
    this.rest = new Partition(undefined, named.length, { share: 0 }, isShut);
    this.all = [...named, this.rest];
    this.#named = options && new Map(named.map((partition) => [partition.name ?? "", partition]));
  }

  get isSplit(): boolean {
    return this.#named !== undefined;
  }

  of(name: string | undefined): Partition {
    if (this.#named === undefined || name === undefined) return this.rest;
    return this.#named.get(name) ?? this.rest;
  }

  /** How many slots are kept for others than this one. */
  claimedByOthersThan(partition: Partition, clock: Clock, limit: number): number {
    let slots = 0;
    for (const other of this.all) {
      if (other !== partition) slots += other.claimed(clock, limit);
    }
    return slots;
  }
}

function check(shares: readonly (readonly [string, PartitionShare])[]): void {
  let sum = 0;
  for (const [name, { share, max = 1 }] of shares) {
    checkPart(`the share of "${name}",`, share);
    checkPart(`the max of "${name}",`, max);
    if (max < share || max === 0) {
      throw badOption(`the max of "${name}",`, max, `at least its share, ${share}, and above 0`);
    }
    sum += share;
  }
  if (sum <= 1 + ROUNDING) return;
  throw new AdmissionError("bad_option", `Cannot use shares of ${sum} in sum: at most 1 will do`);
}
