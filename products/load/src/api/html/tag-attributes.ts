import type { Element } from "./element.ts";
import { linkText, resolveLink, tryLink } from "./link.ts";

/** A method that elements of some tags have. */
export type Member = (element: Element) => unknown;

/**
 * The methods that give an attribute, by the tags that have them. A name is the attribute's in
 * small letters, unless it says `method=attribute`. What is not in the document is "", false, 0,
 * or the first choice; k6 has these very ones (k6 v2.2, js/modules/k6/html/gen).
 */
export function attributeMembers(): ReadonlyMap<string, ReadonlyMap<string, Member>> {
  const byTag = new Map<string, Map<string, Member>>();
  for (const [tags, attributes] of Object.entries(table)) {
    for (const tag of tags.split(" ")) {
      const members = byTag.get(tag) ?? new Map<string, Member>();
      for (const [name, member] of membersOf(attributes)) members.set(name, member);
      byTag.set(tag, members);
    }
  }
  return byTag;
}

/** What a link of the document leads to: absolute if the document has a URL. */
export function linkOf(element: Element, value: string): string | undefined {
  const { url } = element.selection();
  if (url === "") return value;
  const base = tryLink(url);
  const link = tryLink(value);
  return base && link ? linkText(resolveLink(base, link)) : undefined;
}

interface TagAttributes {
  readonly text?: string;
  readonly flag?: string;
  readonly link?: string;
  /** 0 where it is absent or no integer. */
  readonly int?: string;
  /** As above, with what is instead of 0. */
  readonly intOr?: Readonly<Record<string, number>>;
  /** Separated by "|"; the first stands for all others. */
  readonly choice?: Readonly<Record<string, string>>;
  /** As above, but all others are undefined. */
  readonly optionalChoice?: Readonly<Record<string, string>>;
}

function membersOf(attributes: TagAttributes): [name: string, Member][] {
  const { text = "", flag = "", link = "", int = "" } = attributes;
  return [
    ...names(text).map(([name, key]) => member(name, (element) => textOf(element, key))),
    ...names(flag).map(([name, key]) => member(name, (element) => element.hasAttribute(key))),
    ...names(link).map(([name, key]) => member(name, (element) => linkIn(element, key))),
    ...names(int).map(([name, key]) => member(name, (element) => toInt(element, key) ?? 0)),
    ...entries(attributes.intOr).map(([name, missing]) =>
      member(name, (element) => toInt(element, name.toLowerCase()) ?? missing),
    ),
    ...entries(attributes.choice).map(([name, all]) => choice(name, all, all.split("|")[0])),
    ...entries(attributes.optionalChoice).map(([name, all]) => choice(name, all, undefined)),
  ];
}

function member(name: string, get: Member): [name: string, Member] {
  return [name, get];
}

function names(list: string): [name: string, attribute: string][] {
  const words = list.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const [name = "", attribute = name.toLowerCase()] = word.split("=");
    return [name, attribute];
  });
}

function entries<T>(record: Readonly<Record<string, T>> = {}): [string, T][] {
  return Object.entries(record);
}

function choice(word: string, all: string, other: string | undefined): [name: string, Member] {
  const [[name, key] = ["", ""]] = names(word);
  const values = new Set(all.split("|"));
  return member(name, (element) => {
    const value = element.getAttribute(key);
    return value !== undefined && values.has(value) ? value : other;
  });
}

function textOf(element: Element, key: string): string {
  return element.getAttribute(key) ?? "";
}

function linkIn(element: Element, key: string): string {
  const value = element.getAttribute(key);
  return (value !== undefined && linkOf(element, value)) || "";
}

function toInt(element: Element, key: string): number | undefined {
  const value = textOf(element, key);
  return /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

const referrerPolicy =
  "|no-referrer|no-referrer-when-downgrade|origin|origin-when-cross-origin|unsafe-url";
const crossOrigin = "anonymous|use-credentials";
const encType = "application/x-www-form-urlencoded|multipart/form-data|text/plain";
const inputType =
  "text|button|checkbox|color|date|datetime-local|email|file|hidden|image|month|number|password|" +
  "radio|range|reset|search|submit|tel|time|url|week";

const table: Readonly<Record<string, TagAttributes>> = {
  "a area": {
    text: "download rel target type accessKey hrefLang",
    link: "href toString=href",
    choice: { referrerPolicy },
  },
  "audio video": {
    text: "currentSrc=src mediaGroup",
    flag: "autoplay controls loop muted defaultMuted=muted",
    link: "src",
    choice: { preload: "auto|metadata|none" },
    optionalChoice: { crossOrigin },
  },
  base: { text: "target" },
  button: {
    text: "accessKey",
    flag: "autofocus disabled",
    int: "tabIndex",
    choice: { type: "submit|button|menu|reset" },
  },
  data: { text: "value" },
  embed: { text: "height width src type" },
  fieldset: { text: "name", flag: "disabled" },
  form: {
    text: "name target acceptCharset=accept-charset",
    flag: "noValidate",
    link: "action",
    choice: { enctype: encType, "encoding=enctype": encType, autocomplete: "on|off" },
  },
  iframe: {
    text: "height width name",
    flag: "allowfullscreen",
    link: "src",
    choice: { referrerPolicy },
  },
  img: {
    text: "sizes srcset alt name useMap",
    flag: "isMap",
    link: "currentSrc=src src",
    int: "height width",
    choice: { referrerPolicy },
    optionalChoice: { crossOrigin },
  },
  input: {
    text:
      "name value alt height width accept pattern placeholder min max defaultValue=value dirName " +
      "accessKey step",
    flag: "disabled autofocus required checked defaultChecked=checked readonly multiple",
    link: "src",
    int: "tabIndex size",
    intOr: { maxLength: -1 },
    choice: { type: inputType, autocomplete: "on|off" },
  },
  keygen: {
    text: "challenge name",
    flag: "autofocus disabled",
    choice: { keytype: "RSA|DSA|EC" },
  },
  label: { text: "htmlFor=for" },
  legend: { text: "accessKey" },
  li: { int: "value", choice: { type: "|1|a|A|i|I|disc|square|circle" } },
  link: {
    text: "hreflang media rel target type",
    link: "href",
    choice: { referrerPolicy },
    optionalChoice: { crossOrigin },
  },
  map: { text: "name" },
  meta: {
    text: "content name",
    choice: { "httpEquiv=http-equiv": "content-type|default-style|refresh" },
  },
  meter: { int: "min max high low optimum" },
  "del ins": { text: "cite datetime" },
  object: {
    text: "height name type useMap width",
    flag: "typeMustMatch",
    link: "data",
    int: "tabIndex",
  },
  ol: { flag: "reversed", int: "start", choice: { type: "1|a|A|i|I" } },
  optgroup: { text: "label", flag: "disabled" },
  option: { flag: "defaultSelected=selected selected" },
  output: { text: "htmlFor=for name" },
  param: { text: "name value" },
  pre: { text: "name value" },
  quote: { text: "cite" },
  script: {
    text: "crossOrigin type charset",
    flag: "async defer noModule",
    link: "src",
  },
  select: { text: "name", flag: "autofocus disabled multiple required", int: "tabIndex" },
  source: { text: "keySystem media sizes srcset type", link: "src" },
  style: { text: "media" },
  table: { flag: "sortable" },
  "td th": { text: "headers", intOr: { colSpan: 1, rowSpan: 1 } },
  th: { text: "abbr", flag: "sorted", choice: { scope: "|row|col|colgroup|rowgroup" } },
  textarea: {
    text: "value defaultValue=value placeholder accessKey",
    flag: "readOnly required",
    int: "rows cols maxLength tabIndex",
    choice: {
      autocomplete: "on|off",
      autocapitalize: "sentences|none|off|characters|words",
      wrap: "soft|hard|off",
    },
  },
  time: { text: "datetime" },
  track: {
    text: "srclang label",
    flag: "default",
    link: "src",
    choice: { kind: "subtitle|captions|descriptions|chapters|metadata" },
  },
  ul: { text: "type" },
};
