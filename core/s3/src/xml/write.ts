/** Content is text already escaped: `element` and `textElement` are all that make it. */
export function xmlDocument(root: string, content: string): string {
  return `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
}

/** For errors, which S3 has in no namespace. */
export const plainXmlDocument = (root: string, content: string): string =>
  `${declaration}${element(root, content)}`;

export const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

/** Nothing at all for `undefined`. */
export function textElement(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? "" : element(name, escapeXml(String(value)));
}

/** Control characters become references, which XML 1.0 forbids but S3 does, and clients read. */
export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(allSpecial, toReference) : text;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
const special = /[&<>"'\u0000-\u001f\u007f\ufffe\uffff]/;
const allSpecial = new RegExp(special, "g");
const names: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const toReference = (character: string): string =>
  names[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
