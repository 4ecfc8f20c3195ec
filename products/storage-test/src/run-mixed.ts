import type { ObjectStore } from "@breakwater/object-store";
import type { ObjectSet } from "./object-set.ts";
import { deleteOperation, getOperation, putOperation, statOperation } from "./operations.ts";
import type { Operation } from "./phase.ts";
import type { MixedPlan, MixedWeights } from "./plan.ts";
import { prepareObjects } from "./prepare.ts";
import type { StorageRun } from "./storage-run.ts";

/** Operations of four kinds over a changing set of objects. */
export async function runMixed(plan: MixedPlan, run: StorageRun): Promise<void> {
  const { count, objectBytes, concurrency, ending, warmupMs, weights } = plan;
  const spare = count + 2 * concurrency;
  const set = await prepareObjects(run, { count, bytes: objectBytes, concurrency, spare });
  const pool = new ObjectPool(set, { present: count, random: run.random });
  const deck = new Deck(weights, run.random);
  const kinds = (["get", "stat", "put", "delete"] as const).filter((kind) => weights[kind] > 0);
  await run.measure({
    ...{ name: "mixed", stage: "measuring", kinds, partBytes: undefined },
    ...{ concurrency, objectBytes, ending, warmupMs, operations: count, totalBytes: undefined },
    next: () => pool.operation(run.store, deck.draw()),
  });
}

type MixedKind = keyof MixedWeights;

/** Kinds in random order, exactly by their weights: each card once, then all are shuffled again. */
class Deck {
  readonly #cards: MixedKind[];
  readonly #random: () => number;
  #left = 0;

  constructor(weights: MixedWeights, random: () => number) {
    const { get, stat, put, delete: deletes } = lowestTerms(weights);
    this.#cards = [
      ...new Array<MixedKind>(get).fill("get"),
      ...new Array<MixedKind>(stat).fill("stat"),
      ...new Array<MixedKind>(put).fill("put"),
      ...new Array<MixedKind>(deletes).fill("delete"),
    ];
    this.#random = random;
  }

  draw(): MixedKind {
    if (this.#left === 0) this.#left = this.#cards.length;
    const at = Math.floor(this.#random() * this.#left);
    this.#left -= 1;
    const card = this.#cards[at]!;
    this.#cards[at] = this.#cards[this.#left]!;
    this.#cards[this.#left] = card;
    return card;
  }
}

/** 45, 30, 15, 10 is 9, 6, 3, 2: the shares hold after 20 operations, not 100. */
export function lowestTerms({ get, stat, put, delete: deletes }: MixedWeights): MixedWeights {
  const by = [get, stat, put, deletes].reduce(greatestDivisor);
  return { get: get / by, stat: stat / by, put: put / by, delete: deletes / by };
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Which objects are there; one that is being read is not deleted or written meanwhile. */
class ObjectPool {
  readonly #set: ObjectSet;
  readonly #random: () => number;
  /** By index in the set. */
  readonly #present: number[];
  readonly #absent: number[];
  /** How many read each object. */
  readonly #readers: Map<number, number> = new Map();

  constructor(
    set: ObjectSet,
    { present, random }: { readonly present: number; readonly random: () => number },
  ) {
    this.#set = set;
    this.#random = random;
    this.#present = Array.from({ length: present }, (_, index) => index);
    this.#absent = Array.from({ length: set.count - present }, (_, each) => present + each);
  }

  operation(store: ObjectStore, kind: MixedKind): Operation {
    // Only a store that has failed to take puts leaves too little to read or delete.
    if (kind === "put" || this.#present.length <= this.#readers.size) return this.#put(store);
    if (kind === "delete") return this.#delete(store);
    const index = this.#present[Math.floor(this.#random() * this.#present.length)]!;
    this.#readers.set(index, (this.#readers.get(index) ?? 0) + 1);
    const key = this.#set.key(index);
    const expected = { crc: this.#set.crc(index), bytes: this.#set.bytes };
    const operation =
      kind === "stat" ? statOperation(store, key) : getOperation(store, { kind, key, expected });
    return { ...operation, after: async () => this.#read(index) };
  }

  /** A new object; where the set is full, one that is there anew. */
  #put(store: ObjectStore): Operation {
    const index = this.#absent.pop() ?? this.#takeUnread();
    return {
      ...putOperation(store, this.#set, index),
      after: async ({ isDone }) => {
        (isDone ? this.#present : this.#absent).push(index);
      },
    };
  }

  #delete(store: ObjectStore): Operation {
    const index = this.#takeUnread();
    return {
      ...deleteOperation(store, [this.#set.key(index)]),
      after: async () => void this.#absent.push(index),
    };
  }

  #read(index: number): void {
    const readers = this.#readers.get(index)! - 1;
    if (readers === 0) this.#readers.delete(index);
    else this.#readers.set(index, readers);
  }

  /** There are more objects than operations under way: see options.ts. */
  #takeUnread(): number {
    const from = Math.floor(this.#random() * this.#present.length);
    for (let step = 0; step < this.#present.length; step += 1) {
      const at = (from + step) % this.#present.length;
      const index = this.#present[at]!;
      if (this.#readers.has(index)) continue;
      this.#present[at] = this.#present.at(-1)!;
      this.#present.pop();
      return index;
    }
    throw new Error("Every object is being read");
  }
}
