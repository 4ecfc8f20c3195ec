/** A CSS selector, or what was found before. */
type Wanted = string | Selection | Element;

/** Of a method, so that the compiler compares it with what implements it (script-api.test.ts). */
type Predicate = { test(index: number, selection: Selection): unknown }["test"];

/**
 * Nodes of a page, in the order they were found, as k6/html has them. What calls a function gives
 * a promise when that does.
 */
export interface Selection {
  add(wanted: Wanted): Selection;
  find(wanted: Wanted): Selection;
  closest(wanted: Wanted): Selection;
  has(wanted: Wanted): Selection;
  not(wanted: Wanted | Predicate): Selection | Promise<Selection>;
  filter(wanted: Wanted | Predicate): Selection | Promise<Selection>;
  is(wanted: Wanted | Predicate): boolean | Promise<boolean>;
  next(filter?: string): Selection;
  nextAll(filter?: string): Selection;
  nextUntil(until?: Wanted | null, filter?: string | null): Selection;
  prev(filter?: string): Selection;
  prevAll(filter?: string): Selection;
  prevUntil(until?: Wanted | null, filter?: string | null): Selection;
  parent(filter?: string): Selection;
  parents(filter?: string): Selection;
  parentsUntil(until?: Wanted | null, filter?: string | null): Selection;
  siblings(filter?: string): Selection;
  children(filter?: string): Selection;
  contents(): Selection;
  end(): Selection;
  eq(index: number): Selection;
  first(): Selection;
  last(): Selection;
  slice(start: number, end?: number): Selection;
  size(): number;
  get(): readonly Element[];
  get(index: number): Element | undefined;
  toArray(): readonly Selection[];
  index(wanted?: Wanted): number;
  each(call: (index: number, element: Element) => unknown): Selection | Promise<Selection>;
  map<T>(call: (index: number, selection: Selection) => T): T[] | Promise<Awaited<T>[]>;
  text(): string;
  /** Of the first node. */
  html(): string;
  attr(name: string, missing?: unknown): unknown;
  val(): string | readonly string[] | undefined;
  data(name?: string): unknown;
  serialize(): string;
  serializeArray(): readonly {
    readonly name: string;
    readonly value: string | readonly string[] | undefined;
  }[];
  serializeObject(): Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A node as the DOM has it, whose properties are methods here; there are more, as k6 has them. */
export interface Element {
  selection(): Selection;
  nodeName(): string;
  nodeType(): number | undefined;
  nodeValue(): string | undefined;
  textContent(): string;
  innerHTML(): string;
  id(): string;
  className(): string | undefined;
  classList(): readonly string[];
  getAttribute(name: string): string | undefined;
  hasAttribute(name: string): boolean;
  childNodes(): readonly Element[];
  children(): readonly Element[];
  firstElementChild(): Element | undefined;
  lastElementChild(): Element | undefined;
  previousElementSibling(): Element | undefined;
  nextElementSibling(): Element | undefined;
  parentElement(): Element | undefined;
  querySelector(selector: string): Element | undefined;
  querySelectorAll(selector: string): readonly Element[];
  matches(selector: string): boolean;
}
