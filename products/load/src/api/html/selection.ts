import { dataOf, dataValue } from "./data-attributes.ts";
import { Element } from "./element.ts";
import { type FormValue, formData, formValue, formValues } from "./form-values.ts";
import { afterwards, inTurn } from "./in-turn.ts";
import {
  childrenOf,
  type HtmlDocument,
  type HtmlNode,
  innerHtml,
  isElement,
  textOf,
} from "./node.ts";
import { contains, nextOf, parentOf, prevOf, walk } from "./walk.ts";

/** What is to be found: a CSS selector, or what was found before. */
export type Wanted = string | Selection | Element;

type Predicate = (index: number, selection: Selection) => unknown;

/**
 * Nodes of a document in the order they were found, with what k6's Selection can do with them
 * (https://grafana.com/docs/k6/latest/javascript-api/k6-html/selection). A selector that is none
 * finds nothing, as there. Callbacks that give promises make of each(), map(), filter(), not() and
 * is() promises, too.
 */
export class Selection {
  /** Of the document; "" when it did not come from one. */
  readonly url: string;
  readonly #document: HtmlDocument;
  readonly #nodes: readonly HtmlNode[];
  readonly #previous: Selection | undefined;

  constructor({ document, nodes, previous }: SelectionOptions) {
    this.url = document.url;
    this.#document = document;
    this.#nodes = nodes;
    this.#previous = previous;
  }

  add(wanted: Wanted): Selection {
    const more = typeof wanted === "string" ? this.#search(wanted) : this.#nodesOf(wanted);
    return this.#with([...this.#nodes, ...more]);
  }

  find(wanted: Wanted): Selection {
    if (typeof wanted === "string") return this.#with(this.#matchesIn(wanted));
    const isInside = (node: HtmlNode): boolean =>
      this.#nodes.some((outer) => contains(outer, node));
    return this.#with(this.#nodesOf(wanted).filter(isInside));
  }

  /** The first of what find() would give, or an empty Selection. */
  single(selector: string): Selection {
    return this.find(selector).first();
  }

  closest(wanted: Wanted): Selection {
    const lines = this.#nodes.map((node) => [node, ...walk(node, parentOf)]);
    const isWanted = this.#matcher(wanted, lines.flat());
    return this.#with(lines.flatMap((line) => line.find(isWanted) ?? []));
  }

  has(wanted: Wanted): Selection {
    const found = typeof wanted === "string" ? this.#matchesIn(wanted) : this.#nodesOf(wanted);
    const holders = new Set<HtmlNode>(found.flatMap((node) => walk(node, parentOf)));
    return this.#with(this.#nodes.filter((node) => holders.has(node)));
  }

  not(wanted: Wanted | Predicate): Selection | Promise<Selection> {
    const keep = (found: ReadonlySet<HtmlNode>): Selection =>
      this.#with(this.#nodes.filter((node) => !found.has(node)));
    return afterwards(this.#matching(wanted), keep);
  }

  filter(wanted: Wanted | Predicate): Selection | Promise<Selection> {
    return afterwards(this.#matching(wanted), (found) => this.#with([...found]));
  }

  is(wanted: Wanted | Predicate): boolean | Promise<boolean> {
    return afterwards(this.#matching(wanted), (found) => found.size > 0);
  }

  next(filter?: string): Selection {
    return this.#walked((node) => walk(node, nextOf).slice(0, 1), undefined, filter);
  }

  nextAll(filter?: string): Selection {
    return this.#walked((node) => walk(node, nextOf), undefined, filter);
  }

  nextUntil(until?: Wanted | null, filter?: string | null): Selection {
    return this.#walked((node) => walk(node, nextOf), until, filter);
  }

  prev(filter?: string): Selection {
    return this.#walked((node) => walk(node, prevOf).slice(0, 1), undefined, filter);
  }

  prevAll(filter?: string): Selection {
    return this.#walked((node) => walk(node, prevOf), undefined, filter);
  }

  prevUntil(until?: Wanted | null, filter?: string | null): Selection {
    return this.#walked((node) => walk(node, prevOf), until, filter);
  }

  parent(filter?: string): Selection {
    return this.#walked((node) => walk(node, parentOf).slice(0, 1), undefined, filter);
  }

  parents(filter?: string): Selection {
    return this.#walked((node) => walk(node, parentOf), undefined, filter);
  }

  parentsUntil(until?: Wanted | null, filter?: string | null): Selection {
    return this.#walked((node) => walk(node, parentOf), until, filter);
  }

  siblings(filter?: string): Selection {
    const others = (node: HtmlNode): HtmlNode[] =>
      (node.parent?.children ?? []).filter((other) => other !== node && isElement(other));
    return this.#walked(others, undefined, filter);
  }

  children(filter?: string): Selection {
    return this.#walked((node) => childrenOf(node).filter(isElement), undefined, filter);
  }

  /** The children with texts and comments. */
  contents(): Selection {
    return this.#with(this.#nodes.flatMap(childrenOf));
  }

  size(): number {
    return this.#nodes.length;
  }

  /** What this was found in. */
  end(): Selection {
    return this.#previous ?? this.#with([]);
  }

  eq(index: number): Selection {
    const node = this.#nodes.at(index);
    return this.#with(node === undefined ? [] : [node]);
  }

  first(): Selection {
    return this.eq(0);
  }

  last(): Selection {
    return this.eq(-1);
  }

  slice(start: number, end?: number): Selection {
    return this.#with(this.#nodes.slice(start, end));
  }

  get(): readonly Element[];
  get(index: number): Element | undefined;
  get(index?: number): readonly Element[] | Element | undefined {
    if (index === undefined) return this.#nodes.map((node) => this.#document.elementAt(node));
    // As in k6 the first is not reached from the end.
    const node = index > -this.size() ? this.#nodes.at(index) : undefined;
    return node === undefined ? undefined : this.#document.elementAt(node);
  }

  toArray(): readonly Selection[] {
    return this.#nodes.map((_node, index) => this.eq(index));
  }

  /**
   * Where the first node is: among its siblings, among what the selector finds in the document; or
   * where the first of another Selection, or an Element, is in this one. -1: nowhere.
   */
  index(wanted?: Wanted): number {
    const [first] = this.#nodes;
    if (first === undefined) return -1;
    if (wanted === undefined) return this.first().prevAll().size();
    if (typeof wanted === "string") return this.#search(wanted).indexOf(first);
    const isNode = wanted instanceof Selection || wanted instanceof Element;
    const [node] = isNode ? this.#nodesOf(wanted) : [];
    return node === undefined ? -1 : this.#nodes.indexOf(node);
  }

  each(call: (index: number, element: Element) => unknown): this | Promise<this> {
    assertFunction(call, "each");
    const ended = inTurn(this.#nodes.length, (index) =>
      call(index, this.#document.elementAt(this.#nodes[index]!)),
    );
    return afterwards(ended, () => this);
  }

  /** What the calls gave, without those that threw. */
  map<T>(call: (index: number, selection: Selection) => T): T[] | Promise<Awaited<T>[]> {
    assertFunction(call, "map");
    const values: unknown[] = [];
    const keep = (value: unknown): void => {
      values.push(value);
    };
    const ended = inTurn(this.#nodes.length, (index) => {
      try {
        return afterwards<unknown, void>(call(index, this.eq(index)), keep, () => {});
      } catch {
        return undefined;
      }
    });
    return afterwards(ended, () => values as never);
  }

  text(): string {
    return this.#nodes.map(textOf).join("");
  }

  /** What is between the first node's tags; "" when there is no node. */
  html(): string {
    const [first] = this.#nodes;
    return first === undefined ? "" : innerHtml(first);
  }

  /** The first node's attribute, or `missing` when it has none of that name. */
  attr(name: string, missing?: unknown): unknown {
    const [first] = this.#nodes;
    const value = isElement(first) ? first.attribs[name] : undefined;
    return value ?? missing;
  }

  /** What a form would send for the first node; an array for a select of several. */
  val(): string | readonly string[] | undefined {
    return formValue(this);
  }

  /** The value of `data-<name>` made a boolean, number, object or string; without name of all. */
  data(name?: string): unknown {
    const [first] = this.#nodes;
    if (!isElement(first) || Object.keys(first.attribs).length === 0) return undefined;
    return name === undefined ? dataOf(first.attribs) : dataValue(first.attribs, name);
  }

  serializeArray(): readonly FormValue[] {
    return formValues(this);
  }

  serializeObject(): Readonly<Record<string, FormValue["value"]>> {
    return Object.fromEntries(formValues(this).map(({ name, value }) => [name, value]));
  }

  /** As application/x-www-form-urlencoded, with sorted names. */
  serialize(): string {
    return formData(formValues(this));
  }

  #with(nodes: Iterable<HtmlNode>): Selection {
    const unique = [...new Set(nodes)];
    return new Selection({ document: this.#document, nodes: unique, previous: this });
  }

  #walked(
    reach: (node: HtmlNode) => HtmlNode[],
    until: Wanted | null | undefined,
    filter: string | null | undefined,
  ): Selection {
    const lines = this.#nodes.map(reach);
    const isEnd = until ? this.#matcher(until, lines.flat()) : () => false;
    const reached = lines.flatMap((line) => {
      const end = line.findIndex(isEnd);
      return end === -1 ? line : line.slice(0, end);
    });
    const found = new Set(reached);
    return this.#with(typeof filter === "string" ? this.#select([...found], filter) : found);
  }

  #matcher(wanted: Wanted, among: readonly HtmlNode[]): (node: HtmlNode) => boolean {
    const found = new Set(
      typeof wanted === "string" ? this.#select(among, wanted) : this.#nodesOf(wanted),
    );
    return (node) => found.has(node);
  }

  #matching(wanted: Wanted | Predicate): ReadonlySet<HtmlNode> | Promise<ReadonlySet<HtmlNode>> {
    const found = new Set<HtmlNode>();
    if (typeof wanted !== "function") {
      const isWanted = this.#matcher(wanted, this.#nodes);
      return new Set(this.#nodes.filter(isWanted));
    }
    const ended = inTurn(this.#nodes.length, (index) =>
      afterwards(wanted(index, this.eq(index)), (isIt) => {
        if (isIt) found.add(this.#nodes[index]!);
      }),
    );
    return afterwards(ended, () => found);
  }

  #search(selector: string): HtmlNode[] {
    return tryQuery(() => this.#document.$.root().find(selector).toArray());
  }

  #matchesIn(selector: string): HtmlNode[] {
    return tryQuery(() =>
      this.#document
        .$([...this.#nodes])
        .find(selector)
        .toArray(),
    );
  }

  #select(nodes: readonly HtmlNode[], selector: string): HtmlNode[] {
    return tryQuery(() => this.#document.$(nodes.filter(isElement)).filter(selector).toArray());
  }

  #nodesOf(wanted: Selection | Element): readonly HtmlNode[] {
    if (wanted instanceof Selection) return wanted.#nodes;
    if (wanted instanceof Element) return [Element.nodeOf(wanted)];
    const value = String(wanted);
    throw new TypeError(`Cannot search for ${value}: give a selector, a Selection or an Element`);
  }
}

export interface SelectionOptions {
  readonly document: HtmlDocument;
  readonly nodes: readonly HtmlNode[];
  readonly previous?: Selection;
}

function tryQuery(query: () => HtmlNode[]): HtmlNode[] {
  try {
    return query();
  } catch {
    return [];
  }
}

function assertFunction(call: unknown, method: string): void {
  if (typeof call === "function") return;
  throw new TypeError(`Cannot call ${String(call)} in ${method}(): give it a function`);
}
