import { Attribute } from "./attribute.ts";
import { namespaceName, namespaceUri } from "./namespace.ts";
import { childrenOf, type HtmlDocument, type HtmlNode, isElement, nameOf } from "./node.ts";
import type { Selection } from "./selection.ts";

/**
 * A node of a document, mostly an element, as k6 has it: all of the DOM's properties are methods
 * here (https://grafana.com/docs/k6/latest/javascript-api/k6-html/element). Those that only some
 * tags have are in the tables of tag-attributes.ts and tag-members.ts.
 */
export class Element {
  readonly #node: HtmlNode;
  readonly #document: HtmlDocument;
  readonly #selection: Selection;

  constructor({ node, document, selection }: ElementOptions) {
    this.#node = node;
    this.#document = document;
    this.#selection = selection;
  }

  static nodeOf(element: Element): HtmlNode {
    return element.#node;
  }

  selection(): Selection {
    return this.#selection;
  }

  nodeName(): string {
    return nameOf(this.#node);
  }

  nodeType(): number | undefined {
    return nodeTypes[isElement(this.#node) ? "element" : this.#node.type];
  }

  nodeValue(): string | undefined {
    const { type } = this.#node;
    return type === "text" || type === "comment" ? this.textContent() : undefined;
  }

  /** Of all texts inside; that of a comment is "", as in k6. */
  textContent(): string {
    return this.#selection.text();
  }

  innerHTML(): string {
    return this.#selection.html();
  }

  toString(): string {
    return `[object ${isElement(this.#node) ? "html.Node" : this.nodeName()}]`;
  }

  id(): string {
    return String(this.#selection.attr("id", ""));
  }

  className(): string | undefined {
    return this.getAttribute("class");
  }

  classList(): readonly string[] {
    return this.className()?.match(/\S+/g) ?? [];
  }

  lang(): string | undefined {
    return this.getAttribute("lang");
  }

  getAttribute(name: string): string | undefined {
    return isElement(this.#node) ? this.#node.attribs[name] : undefined;
  }

  getAttributeNode(name: string): Attribute | undefined {
    return this.hasAttribute(name) ? this.#attribute(name) : undefined;
  }

  hasAttribute(name: string): boolean {
    return this.getAttribute(name) !== undefined;
  }

  hasAttributes(): boolean {
    return this.#names().length > 0;
  }

  attributes(): Readonly<Record<string, Attribute>> {
    return Object.fromEntries(this.#names().map((name) => [name, this.#attribute(name)]));
  }

  namespaceURI(): string {
    return namespaceUri(this.#namespace());
  }

  isDefaultNamespace(): boolean {
    return this.#namespace() === "";
  }

  hasChildNodes(): boolean {
    return childrenOf(this.#node).length > 0;
  }

  childNodes(): readonly Element[] {
    return this.#selection.contents().get();
  }

  children(): readonly Element[] {
    return this.#selection.children().get();
  }

  childElementCount(): number {
    return this.#selection.children().size();
  }

  firstChild(): Element | undefined {
    return this.#at(childrenOf(this.#node)[0]);
  }

  lastChild(): Element | undefined {
    return this.#at(childrenOf(this.#node).at(-1));
  }

  firstElementChild(): Element | undefined {
    return this.#selection.children().get(0);
  }

  lastElementChild(): Element | undefined {
    return this.#selection.children().last().get(0);
  }

  previousSibling(): Element | undefined {
    return this.#at(this.#node.prev);
  }

  nextSibling(): Element | undefined {
    return this.#at(this.#node.next);
  }

  previousElementSibling(): Element | undefined {
    return this.#selection.prev().get(0);
  }

  nextElementSibling(): Element | undefined {
    return this.#selection.next().get(0);
  }

  parentNode(): Element | undefined {
    return this.#at(this.#node.parent);
  }

  parentElement(): Element | undefined {
    return this.#selection.parent().get(0);
  }

  ownerDocument(): Element | undefined {
    let node: HtmlNode | null = this.#node;
    while (node !== null && node.type !== "root") node = node.parent;
    return this.#at(node);
  }

  getElementsByClassName(name: string): readonly Element[] {
    return this.querySelectorAll(`.${name}`);
  }

  getElementsByTagName(name: string): readonly Element[] {
    return this.querySelectorAll(name);
  }

  querySelector(selector: string): Element | undefined {
    return this.#selection.find(selector).get(0);
  }

  querySelectorAll(selector: string): readonly Element[] {
    return this.#selection.find(selector).get();
  }

  matches(selector: string): boolean {
    return this.#selection.is(selector) as boolean;
  }

  /** Whether `other` is inside; none is inside itself. */
  contains(other: unknown): boolean {
    return other instanceof Element && this.#selection.find(other).size() > 0;
  }

  isSameNode(other: unknown): boolean {
    return other instanceof Element && other.#node === this.#node;
  }

  /** Whether the same is inside both. */
  isEqualNode(other: unknown): boolean {
    return other instanceof Element && other.innerHTML() === this.innerHTML();
  }

  #names(): readonly string[] {
    return isElement(this.#node) ? Object.keys(this.#node.attribs) : [];
  }

  #attribute(name: string): Attribute {
    const prefix = isElement(this.#node) ? this.#node["x-attribsPrefix"]?.[name] : undefined;
    return new Attribute(this, { name, value: this.getAttribute(name) ?? "", prefix });
  }

  /** "svg", "math" or "". */
  #namespace(): string {
    return isElement(this.#node) ? namespaceName(this.#node.namespace) : "";
  }

  #at(node: HtmlNode | null | undefined): Element | undefined {
    return node ? this.#document.elementAt(node) : undefined;
  }
}

export interface ElementOptions {
  readonly node: HtmlNode;
  readonly document: HtmlDocument;
  /** Of the node alone. */
  readonly selection: Selection;
}

/** The DOM's numbers, by the parser's names. */
const nodeTypes: Readonly<Record<string, number>> = {
  element: 1,
  text: 3,
  comment: 8,
  root: 9,
  directive: 10,
};
