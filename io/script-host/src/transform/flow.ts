/** Where values may be: a variable, a property, the result of an expression. */
export type Place = number;

export type ValueId = number;

/** What holds nothing and passes nothing on: the place of numbers, strings and the like. */
export const nowhere: Place = 0;

/**
 * Which values (functions and objects, named by where they are made) may come to which places: a
 * subset-based points-to analysis (Andersen 1994) with a place per property of each value.
 *
 * All that is asked of it may be asked again, and in any order, with the same outcome.
 */
export class Flow<Value> {
  readonly #hooks: FlowHooks;
  readonly #values: Value[] = [];
  /** A set of values as bits, for each place. */
  readonly #held: (Uint32Array | undefined)[] = [undefined];
  /** Those of them that have gone on from there. */
  readonly #passed: (Uint32Array | undefined)[] = [undefined];
  readonly #outlets: (Set<Place> | undefined)[] = [undefined];
  readonly #watchers: (Watcher[] | undefined)[] = [undefined];
  #pending: Place[] = [];
  readonly #isPending: boolean[] = [false];
  readonly #fields: (Map<string, Place> | undefined)[] = [];
  readonly #reads: (Map<string, Place> | undefined)[] = [];
  readonly #parents: (Place | undefined)[] = [];
  readonly #named = new Map<string, Place[]>();
  readonly #everywhere = new Map<string, Place>();
  #steps = 0;
  #depth = 0;
  #untold: { readonly watchers: readonly Watcher[]; readonly ids: readonly ValueId[] }[] = [];

  /** There was too much: not all values have come wherever they can. */
  get hasGivenUp(): boolean {
    return this.#steps >= maxSteps;
  }

  constructor(hooks: FlowHooks) {
    this.#hooks = hooks;
  }

  /** A new place. */
  place(): Place {
    this.#watchers.push(undefined);
    this.#outlets.push(undefined);
    this.#passed.push(undefined);
    this.#isPending.push(false);
    return this.#held.push(undefined) - 1;
  }

  /** A new value. */
  value(value: Value): ValueId {
    this.#fields.push(undefined);
    this.#reads.push(undefined);
    this.#parents.push(undefined);
    return this.#values.push(value) - 1;
  }

  get(id: ValueId): Value {
    const value = this.#values[id];
    if (value === undefined) throw new RangeError(`There is no value ${id}`);
    return value;
  }

  /** A new place that holds the value. */
  holding(id: ValueId): Place {
    const place = this.place();
    this.put(id, place);
    return place;
  }

  put(id: ValueId, place: Place): void {
    if (place === nowhere) return;
    const word = id >>> 5;
    const held = grown(this.#held, place, word + 1);
    const bit = 1 << (id & 31);
    if ((held[word]! & bit) !== 0) return;
    held[word]! |= bit;
    this.#enqueue(place);
  }

  held(place: Place): ValueId[] {
    return bitsOf(this.#held[place] ?? noBits);
  }

  /** Whatever comes to one place comes to the other, too. */
  flow(from: Place, to: Place): void {
    if (from === nowhere || to === nowhere || from === to) return;
    this.#outlets[from] ??= new Set();
    const outlets = this.#outlets[from];
    if (outlets.has(to)) return;
    outlets.add(to);
    this.#putAll(this.#held[from] ?? noBits, to);
  }

  /** Calls for each value that is or comes there; more than once for some. */
  watch(place: Place, watcher: Watcher): void {
    if (place === nowhere) return;
    this.#watchers[place] ??= [];
    this.#watchers[place].push(watcher);
    this.#tell([watcher], this.held(place));
  }

  /** Watchers watch in turn: beyond some depth, it is their turn when the others are done. */
  #tell(watchers: readonly Watcher[], ids: readonly ValueId[]): void {
    if (this.#depth >= maxDepth) {
      this.#untold.push({ watchers, ids });
      return;
    }
    this.#depth += 1;
    for (const id of ids) {
      for (const watcher of watchers) if (!this.hasGivenUp) watcher(id);
    }
    this.#steps += ids.length * watchers.length;
    this.#depth -= 1;
  }

  /** What is written to a property of a value. */
  field(id: ValueId, key: string): Place {
    this.#fields[id] ??= new Map();
    const fields = this.#fields[id];
    const known = fields.get(key);
    if (known !== undefined) return known;
    const place = this.place();
    fields.set(key, place);
    this.name(key, place);
    const any = this.#reads[id]?.get(this.#hooks.anyKey);
    if (any !== undefined) this.flow(place, any);
    this.#hooks.onField(id, key, place);
    return place;
  }

  /** Makes what comes to a place known as a property of that name. */
  name(key: string, place: Place): void {
    const named = this.#named.get(key);
    if (named === undefined) this.#named.set(key, [place]);
    else named.push(place);
    const everywhere = this.#everywhere.get(key);
    if (everywhere !== undefined) this.flow(place, everywhere);
  }

  /** What is written to properties of that name, whosever they are. */
  everywhere(key: string): Place {
    const known = this.#everywhere.get(key);
    if (known !== undefined) return known;
    const place = this.place();
    this.#everywhere.set(key, place);
    for (const named of this.#named.get(key) ?? []) this.flow(named, place);
    return place;
  }

  /** The values that a value takes properties from: prototypes, and what was copied to it. */
  parents(id: ValueId): Place {
    this.#parents[id] ??= this.place();
    return this.#parents[id];
  }

  read(from: Place, key: string, into: Place): void {
    this.watch(from, (id) => this.flow(this.#read(id, key), into));
  }

  write(to: Place, key: string, from: Place): void {
    if (from === nowhere) return;
    this.watch(to, (id) => this.flow(from, this.field(id, this.#hooks.writtenKey(id, key))));
  }

  /** Lets all values come wherever they can. Gives up, with what it has, beyond any sane script. */
  solve(): void {
    while (this.#pending.length + this.#untold.length > 0 && !this.hasGivenUp) {
      const round = this.#pending;
      this.#pending = [];
      for (const place of round) {
        this.#isPending[place] = false;
        if (!this.hasGivenUp) this.#pass(place);
      }
      const untold = this.#untold;
      this.#untold = [];
      for (const { watchers, ids } of untold) this.#tell(watchers, ids);
    }
  }

  /** Lets go on what has come to a place since the last time. */
  #pass(place: Place): void {
    const held = this.#held[place];
    if (held === undefined) return;
    const passed = grown(this.#passed, place, held.length);
    const fresh = new Uint32Array(held.length);
    for (let word = 0; word < held.length; word += 1) {
      fresh[word] = held[word]! & ~passed[word]!;
      passed[word]! |= held[word]!;
    }
    for (const to of this.#outlets[place] ?? noPlaces) this.#putAll(fresh, to);
    // A copy, since those that come in the course of this are told of all that is held.
    const watchers = [...(this.#watchers[place] ?? [])];
    if (watchers.length === 0) return;
    this.#tell(watchers, bitsOf(fresh));
  }

  #putAll(bits: Uint32Array, to: Place): void {
    let last = bits.length - 1;
    while (last >= 0 && bits[last] === 0) last -= 1;
    if (last < 0) return;
    this.#steps += last + 1;
    const held = grown(this.#held, to, last + 1);
    let added = 0;
    for (let word = 0; word <= last; word += 1) {
      added |= bits[word]! & ~held[word]!;
      held[word]! |= bits[word]!;
    }
    if (added !== 0) this.#enqueue(to);
  }

  #enqueue(place: Place): void {
    if (this.#isPending[place]) return;
    this.#isPending[place] = true;
    this.#pending.push(place);
  }

  #read(id: ValueId, key: string): Place {
    this.#reads[id] ??= new Map();
    const reads = this.#reads[id];
    const known = reads.get(key);
    if (known !== undefined) return known;
    const place = this.place();
    reads.set(key, place);
    const { anyKey, unknownKey } = this.#hooks;
    if (key === anyKey) {
      for (const field of [...(this.#fields[id]?.values() ?? [])]) this.flow(field, place);
    } else {
      this.flow(this.field(id, key), place);
      this.flow(this.field(id, unknownKey), place);
    }
    this.#hooks.onRead(id, key, place);
    this.watch(this.parents(id), (parent) => this.flow(this.#read(parent, key), place));
    return place;
  }
}

export type Watcher = (id: ValueId) => void;

/** What is particular to the language. */
export interface FlowHooks {
  /** The key that reads all properties. */
  readonly anyKey: string;
  /** The key of what any other may find. */
  readonly unknownKey: string;
  /** A property is written or read for the first time. */
  readonly onField: (id: ValueId, key: string, place: Place) => void;
  /** A property is read for the first time, or looked for on the way to a parent. */
  readonly onRead: (id: ValueId, key: string, place: Place) => void;
  /** Under which key this kind of value keeps what is written to `key`. */
  readonly writtenKey: (id: ValueId, key: string) => string;
}

const noPlaces: ReadonlySet<Place> = new Set();
const noBits = new Uint32Array(0);

/** The bits of a place, with room for so many words. */
function grown(sets: (Uint32Array | undefined)[], place: Place, words: number): Uint32Array {
  const known = sets[place];
  if (known !== undefined && known.length >= words) return known;
  const made = new Uint32Array(Math.max(words, 2 * (known?.length ?? 0)));
  if (known !== undefined) made.set(known);
  sets[place] = made;
  return made;
}

function bitsOf(words: Uint32Array): number[] {
  const ids: number[] = [];
  for (const [index, word] of words.entries()) {
    for (let bits = word; bits !== 0; bits &= bits - 1) {
      ids.push(index * 32 + 31 - Math.clz32(bits & -bits));
    }
  }
  return ids;
}

/** Words of bits that go from place to place: a few seconds' work. */
const maxSteps = 200_000_000;

/** Of watchers that watch: the stack would not hold them all. */
const maxDepth = 200;
