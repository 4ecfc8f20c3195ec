import type { XmlNode } from "../xml/node.ts";

/** Reads what this package writes, for tests only: no attributes but on the root, no comments. */
export function readXml(document: string): XmlNode {
  const open: { name: string; text: string; children: XmlNode[] }[] = [];
  let root: XmlNode | undefined;
  for (const [, close, name, text] of document.matchAll(/<(\/?)([A-Za-z0-9]+)[^>?]*>([^<]*)/g)) {
    if (close === "/") root = open.pop();
    else {
      const node = { name: name!, text: unescapeXml(text!), children: [] };
      open.at(-1)?.children.push(node);
      open.push(node);
    }
  }
  return root!;
}

const unescapeXml = (text: string): string =>
  text
    .replace(/&#x([0-9A-F]+);/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
