import { Element, type ElementOptions } from "./element.ts";
import { nameOf } from "./node.ts";
import { attributeMembers, type Member } from "./tag-attributes.ts";
import { tagMembers } from "./tag-members.ts";

/** An element with the methods of its tag. */
export function toElement(options: ElementOptions): Element {
  return Reflect.construct(Element, [options], targetFor(nameOf(options.node)));
}

/** What has the prototype of a tag's elements. Of those tags alone that have one: pages use any. */
const targets = new Map<string, new () => object>();
const attributes: ReadonlyMap<string, ReadonlyMap<string, Member>> = attributeMembers();

function targetFor(tag: string): typeof Element | (new () => object) {
  const known = targets.get(tag);
  if (known !== undefined) return known;
  const members = [...Object.entries(tagMembers(tag)), ...(attributes.get(tag) ?? [])];
  if (members.length === 0) return Element;
  const target = class {};
  Object.setPrototypeOf(target.prototype, Element.prototype);
  for (const [name, get] of members) defineMethod(target.prototype, name, get);
  targets.set(tag, target);
  return target;
}

function defineMethod(prototype: object, name: string, get: Member): void {
  const value = function (this: Element): unknown {
    return get(this);
  };
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
