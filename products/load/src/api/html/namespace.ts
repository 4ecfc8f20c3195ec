/** k6 knows these three, of which the last is what all others are. */
export function namespaceUri(name: string): string {
  return name === "svg" ? svg : name === "math" ? math : "http://www.w3.org/1999/xhtml";
}

/** "svg", "math", or "" for HTML. */
export function namespaceName(uri: string | undefined): string {
  return uri === svg ? "svg" : uri === math ? "math" : "";
}

const svg = "http://www.w3.org/2000/svg";
const math = "http://www.w3.org/1998/Math/MathML";
