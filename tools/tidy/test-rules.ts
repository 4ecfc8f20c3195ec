import type { Node } from "oxc-parser";
import { nodeRule } from "./language-rules.ts";
import { isTest, type Rule } from "./rule.ts";
import { around, dottedName, type Located } from "./source-file.ts";

export const testRules: readonly Rule[] = [
  nodeRule("tests wait for what they expect, never for a while", mayNotWait, ({ node }) => {
    if (node.type !== "CallExpression") return undefined;
    const name = dottedName(node.callee);
    const isSleep = /^(setTimeout|setInterval|Bun\.sleep(Sync)?|sleep)$/.test(name);
    return isSleep ? `${name}: wait for the event, or use FakeClock` : undefined;
  }),
  nodeRule("every test runs", isTest, ({ node }) => {
    const name = node.type === "MemberExpression" ? dottedName(node) : "";
    return /^(test|describe|it)\.(skip|only|todo)$/.test(name) ? `${name}` : undefined;
  }),
  nodeRule("tests let the system choose the port", isTest, (located) => {
    const port = portListenedOn(located);
    return port === undefined || port === 0 ? undefined : `port ${port}: listen on port 0`;
  }),
  nodeRule("tests do not leave this machine", isTest, ({ node }) => {
    const isCall = node.type === "CallExpression" || node.type === "NewExpression";
    if (!isCall || !/^(fetch|WebSocket|EventSource)$/.test(dottedName(node.callee)))
      return undefined;
    const host = hostOf(node.arguments[0]);
    const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(
      host ?? "localhost",
    );
    return isLoopback ? undefined : `${host} is not this machine`;
  }),
  nodeRule("a promise that is expected to end is awaited", isTest, ({ node, parent }) => {
    if (node.type !== "CallExpression" || parent?.node.type !== "ExpressionStatement")
      return undefined;
    const name = dottedName(node.callee);
    return /^expect\(\)\.(rejects|resolves)\b/.test(name) ? `${name} without await` : undefined;
  }),
  nodeRule("no assertion hides behind a condition", isTest, (located) => {
    if (located.node.type !== "CallExpression") return undefined;
    if (dottedName(located.node.callee) !== "expect") return undefined;
    return isConditional(located) ? "expect inside an if" : undefined;
  }),
];

/** The number in `listen(8080)`, or in `serve({ port: 8080 })` and the like. */
function portListenedOn({ node, parent }: Located): unknown {
  if (node.type !== "CallExpression") return undefined;
  const name = dottedName(node.callee);
  const [first] = node.arguments;
  if (!/(^|\.)(serve|listen|udpSocket|start[A-Z]\w*)$/.test(name) || first === undefined) return;
  if (first.type === "Literal" && name.endsWith(".listen")) return first.value;
  if (first.type !== "ObjectExpression" || parent === undefined) return undefined;
  for (const property of first.properties) {
    if (property.type !== "Property" || property.key.type !== "Identifier") continue;
    const isPort = property.key.name === "port" && property.value.type === "Literal";
    if (isPort && property.value.type === "Literal") return property.value.value;
  }
  return undefined;
}

/** The host of a literal URL, or of a template that begins with one. */
function hostOf(url: Node | undefined): string | undefined {
  let text = "";
  if (url?.type === "Literal") text = String(url.value);
  if (url?.type === "TemplateLiteral") text = url.quasis[0]?.value.raw ?? "";
  return /^\w+:\/\/(\[[^\]]*\]|[^/:?#]+)/.exec(text)?.[1];
}

/** Up to the test or function that it is in. */
function isConditional(located: Located): boolean {
  for (const node of around(located)) {
    if (node.type === "IfStatement" || node.type === "ConditionalExpression") return true;
    if (node.type.includes("Function")) return false;
  }
  return false;
}

/** A server that answers late is what some tests are about. */
function mayNotWait(path: string): boolean {
  return isTest(path) && !/^tests\/k6-compat\/(agreement\.ts|stand-in\/)/.test(path);
}
