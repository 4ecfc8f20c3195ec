import type { Expression, Node, Statement } from "oxc-parser";
import type { ApiSurface } from "../api-surface.ts";
import { type Bar, type CallSite, type CodeUnit, callSite } from "./code-unit.ts";
import { Flow, nowhere, type Place, type ValueId } from "./flow.ts";
import type { Binding, Names } from "./names.ts";
import { anyKey, elementKey, fulfilledKey, type Pattern, unknownKey } from "./syntax.ts";

/** A function or an object, named by the place in the code that makes it. */
export type ScriptValue =
  | { readonly kind: "function"; readonly unit: CodeUnit }
  | ClassValue
  | { readonly kind: "object" | "array" | "collection" | "promise" }
  | { readonly kind: "generator"; readonly unit: CodeUnit; readonly turn: ValueId }
  | { readonly kind: "builtIn"; readonly name: string }
  | ApiValue
  | BoundValue
  /** What a promise's executor is given. */
  | { readonly kind: "resolver"; readonly promise: ValueId }
  /** What Bun makes of a CommonJS file: gives its `module.exports`. */
  | { readonly kind: "commonJs"; readonly module: ValueId };

export interface ClassValue {
  readonly kind: "class";
  construct: CodeUnit | undefined;
  readonly instance: ValueId;
  /** Its instances and those of classes that extend it. */
  readonly instances: Place;
}

export interface ApiValue {
  readonly kind: "api";
  readonly specifier: string;
  /**
   * "answer": what a blocking call gave, which is no promise, and all that hangs from it; "object":
   * anything else that is not named.
   */
  readonly role: "module" | "export" | "method" | "object" | "answer";
  readonly name: string;
}

export interface BoundValue {
  readonly kind: "bound";
  readonly target: Place;
  readonly self: Place;
  readonly args: readonly Place[];
}

/** The specifier of what packages export that are not read: nothing is known of it. */
export const foreignSpecifier = "";

/** What a `return` gives back. */
export interface Returned {
  readonly unit: CodeUnit;
  readonly place: Place;
}

/** A call `object.key(…)`, for the case that nothing is known of the object. */
export interface MemberCall {
  readonly call: Call;
  readonly object: Place;
  readonly key: string;
  readonly callee: Place;
}

export interface Call {
  readonly site: CallSite;
  readonly self: Place;
  readonly args: Args;
  readonly result: Place;
  readonly isNew: boolean;
  readonly isGuess: boolean;
  /** How many built-in functions call one another to come here. */
  readonly depth: number;
}

/** `rest` is what stands from the first spread argument on. */
export interface Args {
  readonly fixed: readonly Place[];
  readonly rest: Place;
}

/** How code is read into the flow; here, because the parts of it need one another. */
export interface Rules {
  expression(node: Expression, unit: CodeUnit): Place;
  statement(node: Statement, unit: CodeUnit): void;
  assign(pattern: Pattern, from: Place, unit: CodeUnit): void;
  /** Calls one of the values that come to a callee. */
  apply(call: Call, callee: ValueId): void;
}

/** All that is known of a bundle while it is read. */
export class World {
  readonly flow: Flow<ScriptValue>;
  readonly names: Names;
  readonly surfaces: Readonly<Record<string, ApiSurface>>;
  readonly builtIns: ReadonlySet<string>;
  readonly units: CodeUnit[] = [];
  readonly unitOf: Map<Node, CodeUnit> = new Map();
  readonly siteOf: Map<Node, CallSite> = new Map();
  readonly memberCalls: MemberCall[] = [];
  /** Functions that something runs which cannot wait for them. */
  readonly barred: { readonly callback: Place; readonly bar: Bar }[] = [];
  /** What built-in functions have called at a site. */
  readonly applied: Map<CallSite, Set<ValueId>> = new Map();
  /** The class whose prototype an object is. */
  readonly classOf: Map<ValueId, ValueId> = new Map();
  /** What packages that are not read are given. */
  readonly handedOver: { readonly node: Node; readonly values: Place }[] = [];
  /** What is thrown anywhere. */
  readonly thrown: Place;
  /** What the operand of each `return`, and each arrow's expression, may be. */
  readonly returned: Map<Node, Returned> = new Map();
  readonly rules: Rules;

  readonly #variables = new Map<Binding, Place>();
  readonly #builtInIds = new Map<string, ValueId>();
  readonly #apis = new Map<string, ValueId>();
  readonly #made = new Map<object, Map<string, ValueId>>();

  constructor(options: WorldOptions) {
    this.names = options.names;
    this.surfaces = options.surfaces;
    this.builtIns = options.builtIns;
    this.flow = new Flow<ScriptValue>({
      anyKey,
      unknownKey,
      onField: (id, key, place) => this.#onField(id, key, place),
      onRead: (id, key, place) => this.#onRead(id, key, place),
      writtenKey: (id, key) => {
        return key === unknownKey && this.flow.get(id).kind === "array" ? elementKey : key;
      },
    });
    this.thrown = this.flow.place();
    this.rules = options.rules(this);
  }

  variable(binding: Binding): Place {
    const known = this.#variables.get(binding);
    if (known !== undefined) return known;
    const place = this.flow.place();
    this.#variables.set(binding, place);
    return place;
  }

  site(node: Node, unit: CodeUnit): CallSite {
    const known = this.siteOf.get(node);
    if (known !== undefined) return known;
    const site = callSite(node, unit);
    this.siteOf.set(node, site);
    unit.sites.push(site);
    return site;
  }

  /** The value made for an owner under that name, once. */
  once(owner: object, name: string, make: () => ScriptValue): ValueId {
    let made = this.#made.get(owner);
    if (made === undefined) {
      made = new Map();
      this.#made.set(owner, made);
    }
    const known = made.get(name);
    if (known !== undefined) return known;
    const id = this.flow.value(make());
    made.set(name, id);
    return id;
  }

  builtIn(name: string): ValueId {
    const known = this.#builtInIds.get(name);
    if (known !== undefined) return known;
    const id = this.flow.value({ kind: "builtIn", name });
    this.#builtInIds.set(name, id);
    return id;
  }

  api(specifier: string, role: ApiValue["role"], name = ""): ValueId {
    const key = JSON.stringify([specifier, role, name]);
    const known = this.#apis.get(key);
    if (known !== undefined) return known;
    const id = this.flow.value({ kind: "api", specifier, role, name });
    this.#apis.set(key, id);
    return id;
  }

  /** A new place where the values of all of them come. */
  union(places: Iterable<Place>): Place {
    const known = [...new Set(places)].filter((place) => place !== nowhere);
    if (known.length <= 1) return known[0] ?? nowhere;
    const union = this.flow.place();
    for (const place of known) this.flow.flow(place, union);
    return union;
  }

  property(from: Place, key: string): Place {
    if (from === nowhere) return nowhere;
    const into = this.flow.place();
    this.flow.read(from, key, into);
    return into;
  }

  /** What `await` makes of it. */
  awaited(from: Place): Place {
    if (from === nowhere) return nowhere;
    const into = this.flow.place();
    this.flow.flow(from, into);
    this.flow.read(into, fulfilledKey, into);
    return into;
  }

  #onField(id: ValueId, key: string, place: Place): void {
    if (key !== "prototype") return;
    const value = this.flow.get(id);
    if (value.kind !== "function" || value.unit.kind !== "plain") return;
    this.flow.put(
      this.once(value.unit, "prototype", () => ({ kind: "object" })),
      place,
    );
  }

  #onRead(id: ValueId, key: string, place: Place): void {
    const value = this.flow.get(id);
    switch (value.kind) {
      case "builtIn":
        this.#readBuiltIn(value.name, key, place);
        return this.#putMethod(key, place);
      case "api":
        this.#readApi(value, key, place);
        return this.#putMethod(key, place);
      case "object":
        return;
      default:
        return this.#putMethod(key, place);
    }
  }

  #readBuiltIn(name: string, key: string, place: Place): void {
    // The parameter that the host passes: `$breakwater.api["k6/http"]`.
    if (name === "$breakwater.api") return this.flow.put(this.api(key, "module"), place);
    const member = `${name}.${key}`.replace(/^globalThis\./, "");
    const isKnown = this.builtIns.has(member) || /\.(?:api|run|prototype)$/.test(member);
    if (isKnown || (name === "globalThis" && /^[A-Z]\w+$/.test(key))) {
      this.flow.put(this.builtIn(member), place);
    }
  }

  #putMethod(key: string, place: Place): void {
    if (this.builtIns.has(`#${key}`)) this.flow.put(this.builtIn(`#${key}`), place);
  }

  #readApi({ specifier, role }: ApiValue, key: string, place: Place): void {
    const { names = [], blockingMethods, callingMethods } = this.surfaces[specifier] ?? {};
    if (role === "module") {
      if (key === anyKey || key === unknownKey) {
        for (const name of names) this.flow.put(this.api(specifier, "export", name), place);
      } else if (names.includes(key)) {
        this.flow.put(this.api(specifier, "export", key), place);
      } else if (key === "default") {
        this.flow.put(this.api(specifier, "module"), place);
      }
      return;
    }
    const isMethod = blockingMethods?.includes(key) || callingMethods?.includes(key);
    if (isMethod) this.flow.put(this.api(specifier, "method", key), place);
    else this.flow.put(this.api(specifier, role === "answer" ? "answer" : "object"), place);
  }
}

export interface WorldOptions {
  readonly names: Names;
  readonly surfaces: Readonly<Record<string, ApiSurface>>;
  /** Functions of which something is known, as "Object.assign", and methods, as "#forEach". */
  readonly builtIns: ReadonlySet<string>;
  readonly rules: (world: World) => Rules;
}
