import { S3Error } from "../s3-error.ts";

/** What this package needs of a parsed XML document: io brings the parser, with its limits. */
export interface XmlNode {
  /** Without a namespace's prefix. */
  readonly name: string;
  /** All text directly inside, with its white space. */
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** Throws S3Error (MalformedXML) when the document is another. */
export function expectRoot(root: XmlNode, name: string): XmlNode {
  if (root.name === name) return root;
  throw malformed(`the root is ${root.name}, not ${name}`);
}

export const childrenOf = (node: XmlNode, name: string): readonly XmlNode[] =>
  node.children.filter((child) => child.name === name);

/** Of the first child of that name; white space counts: it may be part of a key. */
export const tryText = (node: XmlNode, name: string): string | undefined =>
  node.children.find((child) => child.name === name)?.text;

/** Throws S3Error (MalformedXML) when there is no such child. */
export function expectText(node: XmlNode, name: string): string {
  const text = tryText(node, name);
  if (text === undefined) throw malformed(`${node.name} has no ${name}`);
  return text;
}

/** Throws S3Error (MalformedXML) for what is no whole number. */
export function expectInteger(node: XmlNode, name: string): number {
  const text = expectText(node, name).trim();
  if (!/^\d{1,15}$/.test(text)) throw malformed(`${name} is ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

export const malformed = (what: string): S3Error =>
  new S3Error("MalformedXML", `The XML that you provided is not as it must be: ${what}`);
