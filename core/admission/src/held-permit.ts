import type { Partition } from "./partition.ts";
import type { Outcome, Permit } from "./permit.ts";

/** Who gave a permit, and takes it back. */
export interface PermitIssuer {
  takeBack(permit: HeldPermit, outcome: Outcome): void;
  onDoubleRelease(): void;
}

/** What a permit is made of: the one object that an admitted request costs. */
export class HeldPermit implements Permit {
  readonly waitedMs: number;
  readonly startMs: number;
  /** When it started, itself included. */
  readonly inFlight: number;
  readonly home: Partition;
  readonly #issuer: PermitIssuer;
  #isOut: boolean = true;

  constructor(
    issuer: PermitIssuer,
    home: Partition,
    startMs: number,
    waitedMs: number,
    inFlight: number,
  ) {
    this.#issuer = issuer;
    this.home = home;
    this.startMs = startMs;
    this.waitedMs = waitedMs;
    this.inFlight = inFlight;
  }

  get admitted(): true {
    return true;
  }

  get partition(): string | undefined {
    return this.home.name;
  }

  release(outcome: Outcome): void {
    if (this.#isOut) {
      this.#isOut = false;
      this.#issuer.takeBack(this, outcome);
    } else this.#issuer.onDoubleRelease();
  }

  [Symbol.dispose](): void {
    if (this.#isOut) this.release("ignored");
  }
}
