import type { Portion } from "@breakwater/schedule";
import type { VirtualUser, VuPool } from "./virtual-user.ts";

/** The VUs of one process; scenarios that do not overlap in time use the same ones. */
export class FreeList implements VuPool {
  /** The one to be taken next is the last. */
  readonly #free: VirtualUser[] = [];
  readonly #make: (idInTest: number) => Promise<VirtualUser>;
  readonly #portion: Portion;
  #numbered = 0;
  #size = 0;

  /** The numbers are the portion's, from 1: unique in the test without asking anybody. */
  constructor(options: {
    readonly make: (idInTest: number) => Promise<VirtualUser>;
    readonly portion: Portion;
  }) {
    this.#make = options.make;
    this.#portion = options.portion;
  }

  /** How many VUs there are, in use or not. */
  get size(): number {
    return this.#size;
  }

  async fill(count: number): Promise<void> {
    while (this.#size < count) this.#free.push(await this.grow());
    // The lowest numbers first, as a reader of the log expects.
    this.#free.sort((a, b) => b.idInTest - a.idInTest);
  }

  tryTake(): VirtualUser | undefined {
    return this.#free.pop();
  }

  giveBack(vu: VirtualUser): void {
    this.#free.push(vu);
  }

  async grow(): Promise<VirtualUser> {
    const idInTest = this.#portion.at(this.#numbered) + 1;
    this.#numbered += 1;
    const vu = await this.#make(idInTest);
    this.#size += 1;
    return vu;
  }
}
