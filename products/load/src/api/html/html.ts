import { load } from "cheerio";
import { type HtmlDocument, type HtmlElement, type HtmlNode, isElement } from "./node.ts";
import { Selection } from "./selection.ts";
import { toElement } from "./to-element.ts";

/**
 * A Selection of the whole document that browsers would make of `source`, whatever it is.
 * `url`, if any, is what the links of its elements are relative to.
 */
export function parseHtml(source: string, url = ""): Selection {
  const $ = load(source);
  const root: HtmlNode = $.root()[0]!;
  if (/<template/i.test(source)) openTemplates(root.children);
  const selectionAt = (node: HtmlNode): Selection => new Selection({ document, nodes: [node] });
  const document: HtmlDocument = {
    $,
    url,
    elementAt: (node) => toElement({ node, document, selection: selectionAt(node) }),
  };
  return selectionAt(root);
}

/** Makes what is in a template its children, as Go's parser does, rather than a document's. */
function openTemplates(nodes: readonly HtmlNode[]): void {
  for (const node of nodes) {
    if (!("children" in node)) continue;
    if (isElement(node) && node.name === "template") openTemplate(node);
    openTemplates(node.children);
  }
}

function openTemplate(template: HtmlElement): void {
  const [content] = template.children;
  if (content?.type !== "root") return;
  template.children = content.children;
  for (const child of template.children) child.parent = template;
}
