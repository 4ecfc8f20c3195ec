/** Both counts of a slot of time. */
interface Slot {
  /** Which one it is, since the clock's zero. */
  index: number;
  one: number;
  other: number;
}

interface Counts {
  readonly one: number;
  readonly other: number;
}

const SLOTS = 10;
const unused: Readonly<Slot> = { index: Number.NEGATIVE_INFINITY, one: 0, other: 0 };

/**
 * Two counts over the last `windowMs`, in ten steps: what is older than the window counts no more,
 * whether or not anything came since.
 */
export class RecentCounts {
  readonly #slotMs: number;
  readonly #slots: Slot[];

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
    this.#slots = Array.from({ length: SLOTS }, () => ({ ...unused }));
  }

  add(nowMs: number, { one = 0, other = 0 }: Partial<Counts>): void {
    const index = Math.floor(nowMs / this.#slotMs);
    const slot = this.#slots[index % SLOTS]!;
    if (slot.index !== index) Object.assign(slot, { index, one: 0, other: 0 });
    slot.one += one;
    slot.other += other;
  }

  sums(nowMs: number): Counts {
    const oldest = Math.floor(nowMs / this.#slotMs) - SLOTS + 1;
    let one = 0;
    let other = 0;
    for (const slot of this.#slots) {
      if (slot.index < oldest) continue;
      one += slot.one;
      other += slot.other;
    }
    return { one, other };
  }

  clear(): void {
    for (const slot of this.#slots) Object.assign(slot, unused);
  }
}
