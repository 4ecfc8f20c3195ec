import type { CheerioAPI, contains } from "cheerio";
import type { Element } from "./element.ts";

/** A node of the parsed document: an element, a text, a comment, the document itself … */
export type HtmlNode = Parameters<typeof contains>[0];

export type HtmlElement = Extract<HtmlNode, { attribs: object }>;

/** What all selections and elements of one document share. */
export interface HtmlDocument {
  /** What searches it. */
  readonly $: CheerioAPI;
  /** What its links are relative to; "" when it did not come from a URL. */
  readonly url: string;
  elementAt(node: HtmlNode): Element;
}

export function isElement(node: HtmlNode | null | undefined): node is HtmlElement {
  return node !== null && node !== undefined && "attribs" in node;
}

export function childrenOf(node: HtmlNode): readonly HtmlNode[] {
  return "children" in node ? node.children : [];
}

/** Of all texts in it, also those of scripts and styles. */
export function textOf(node: HtmlNode): string {
  if (node.type === "text") return node.data;
  return childrenOf(node).map(textOf).join("");
}

/** The tag, or what the DOM calls other nodes: "#text", "#comment", "#document". */
export function nameOf(node: HtmlNode): string {
  if (isElement(node)) return node.name;
  if (node.type === "text") return "#text";
  if (node.type === "comment") return "#comment";
  return node.type === "root" ? "#document" : doctypeName(node);
}

function doctypeName(node: HtmlNode): string {
  return "x-name" in node ? String(node["x-name"]) : "";
}

/** What is between its tags, written as k6 does: it escapes quotes in texts as well. */
export function innerHtml(node: HtmlNode): string {
  const isRaw = isElement(node) && rawTags.has(node.name);
  return childrenOf(node)
    .map((child) => (isRaw && child.type === "text" ? child.data : outerHtml(child)))
    .join("");
}

function outerHtml(node: HtmlNode): string {
  if (node.type === "text") return escaped(node.data);
  if (node.type === "comment") return `<!--${node.data}-->`;
  if (!isElement(node)) return node.type === "root" ? innerHtml(node) : `<${doctypeData(node)}>`;
  const start = `<${node.name}${attributesText(node)}`;
  if (voidTags.has(node.name)) return `${start}/>`;
  return `${start}>${lostNewline(node)}${innerHtml(node)}</${node.name}>`;
}

function doctypeData(node: HtmlNode): string {
  return "data" in node ? String(node.data) : "";
}

function attributesText({ attribs, ...element }: HtmlElement): string {
  const prefixes = element["x-attribsPrefix"];
  const write = ([name, value]: [string, string]): string => {
    const prefix = prefixes?.[name];
    return ` ${prefix ? `${prefix}:` : ""}${name}="${escaped(value)}"`;
  };
  return Object.entries(attribs).map(write).join("");
}

/** Parsers drop a first newline in these, so one that is there needs another before it. */
function lostNewline(element: HtmlElement): string {
  const [first] = element.children;
  const isLost = first?.type === "text" && first.data.startsWith("\n");
  return isLost && newlineTags.has(element.name) ? "\n" : "";
}

function escaped(text: string): string {
  return text.replace(/[&'<>"\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "'": "&#39;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "\r": "&#13;",
};

const newlineTags: ReadonlySet<string> = new Set(["pre", "listing", "textarea"]);

const rawTags: ReadonlySet<string> = new Set(
  "iframe noembed noframes noscript plaintext script style xmp".split(" "),
);

/** https://html.spec.whatwg.org/multipage/syntax.html#void-elements, with what once were. */
const voidTags: ReadonlySet<string> = new Set(
  "area base br col embed hr img input keygen link meta param source track wbr".split(" "),
);
