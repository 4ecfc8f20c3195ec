import { S3Error, type XmlNode } from "@breakwater/s3";
import { SaxesParser } from "saxes";

export interface ParseXmlOptions {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

interface OpenNode {
  readonly name: string;
  text: string;
  readonly children: OpenNode[];
}

/** Throws S3Error (MalformedXML) for no document, a DOCTYPE, and what is beyond the limits. */
export function parseXml(document: Uint8Array, { maxBytes, maxDepth }: ParseXmlOptions): XmlNode {
  if (document.length > maxBytes) {
    throw malformed(`it has ${document.length} bytes; ${maxBytes} are the most`);
  }
  const open: OpenNode[] = [];
  let root: OpenNode | undefined;
  const addText = (text: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  };
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw malformed(error.message);
  });
  parser.on("doctype", () => {
    throw malformed("a DOCTYPE is not accepted");
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("opentag", ({ local }) => {
    if (open.length === maxDepth) throw malformed(`it is more than ${maxDepth} elements deep`);
    const node: OpenNode = { name: local, text: "", children: [] };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  parser.on("closetag", () => open.pop());
  parser.write(toText(document)).close();
  if (root === undefined) throw malformed("it is empty");
  return root;
}

function toText(document: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(document);
  } catch (error) {
    if (error instanceof TypeError) throw malformed("it is not UTF-8");
    throw error;
  }
}

const malformed = (what: string): S3Error =>
  new S3Error("MalformedXML", `The XML that you provided is not as it must be: ${what}`);
