import type { Element } from "./element.ts";
import { namespaceUri } from "./namespace.ts";

/** An attribute of an element, as k6 has it: some of it are methods, and one name is Go's. */
export class Attribute {
  readonly owner_element: Element;
  readonly name: string;
  readonly value: string;
  readonly #prefix: string;

  constructor(owner: Element, { name, value, prefix }: AttributeOptions) {
    this.owner_element = owner;
    this.name = name;
    this.value = value;
    this.#prefix = prefix ?? "";
  }

  prefix(): string {
    return this.#prefix;
  }

  localName(): string {
    return this.name;
  }

  namespaceURI(): string {
    return namespaceUri(this.#prefix);
  }
}

export interface AttributeOptions {
  readonly name: string;
  readonly value: string;
  /** "xlink", say. */
  readonly prefix: string | undefined;
}
