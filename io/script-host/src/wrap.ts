import { isBuiltin } from "node:module";
import MagicString from "magic-string";
import { parseSync, type StaticExport, type StaticImport } from "oxc-parser";
import { type Bundle, findImport, hostParameter } from "./bundle.ts";
import { importError, type SourcePosition, syntaxError } from "./script-error.ts";
import { sourceTrace } from "./source-trace.ts";

/**
 * Turns a bundle into the body of an async function that returns the module's exports.
 * Every line stays on its line, so that the bundle's source map still holds.
 */
export function wrap({ code, map }: Bundle, path: string): string {
  const trace = sourceTrace(map);
  const positionAt = (offset: number): SourcePosition | undefined => {
    const before = code.slice(0, offset).split("\n");
    return trace(before.length, (before.at(-1)?.length ?? 0) + 1);
  };
  const { module, errors } = parseSync("bundle.js", code, { sourceType: "module" });
  const [error] = errors;
  if (error !== undefined) {
    throw syntaxError(error.message, positionAt(error.labels[0]?.start ?? 0));
  }

  const text = new MagicString(code);
  for (const { start, end } of module.importMetas) {
    const file = positionAt(start)?.file ?? path;
    text.overwrite(start, end, `${hostParameter}.meta(${JSON.stringify(file)})`);
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const specifier = code.slice(moduleRequest.start, moduleRequest.end);
    if (!isLiteral.test(specifier)) refuseComputedImport(specifier, positionAt(start));
  }
  const imports = module.staticImports.map((statement) => {
    const { value } = statement.moduleRequest;
    if (!isBuiltin(value))
      refuseImport(value, findImport(map, (found) => found === value)?.position);
    blank(text, statement);
    return awaitedImport(statement);
  });
  const members = module.staticExports.flatMap((statement) => exportMembers(text, statement));
  if (members.length > 0) text.append(`\nreturn { ${members.join(", ")} };`);
  // Imports run first, wherever they stand; the bundle's first line is a comment.
  return `"use strict"; ${imports.join("")}${text.toString()}`;
}

/** Bun leaves in the bundle what it does not resolve: the runtime's own modules, and URLs. */
function refuseImport(specifier: string, position: SourcePosition | undefined): never {
  const reason = "a script imports files, npm packages and node: modules; download it first";
  throw importError(specifier, position, reason);
}

/** It would be loaded past the bundle: shared by all VUs and without the API modules. */
function refuseComputedImport(text: string, position: SourcePosition | undefined): void {
  const isPackage = position === undefined || /[\\/]node_modules[\\/]/.test(position.file);
  // Packages do it for what is optional, and seldom run it.
  if (!isPackage) throw importError(text, position, "write the path as a string literal");
}

const isLiteral = /^(["'`])(?:(?!\1|\$\{).)*\1$/;

function awaitedImport({ moduleRequest, entries }: StaticImport): string {
  const imported = `await import(${JSON.stringify(moduleRequest.value)});`;
  if (entries.length === 0) return `${imported} `;
  return entries
    .map(({ importName, localName }) => {
      if (importName.kind === "NamespaceObject") return `const ${localName.value} = ${imported} `;
      const name = importName.kind === "Default" ? "default" : importName.name;
      return `const { ${JSON.stringify(name)}: ${localName.value} } = ${imported} `;
    })
    .join("");
}

/** The statement's part of the object that the factory returns: getters, since exports are live. */
function exportMembers(text: MagicString, statement: StaticExport): string[] {
  const { start, entries } = statement;
  // A CommonJS script's bundle ends so; its exports are that object, not something in it.
  if (entries[0]?.exportName.kind === "Default") {
    text.overwrite(start, start + "export default".length, "return");
    return [];
  }
  blank(text, statement);
  return entries.map(({ start, end, importName, exportName, moduleRequest }) => {
    if (importName.kind === "AllButDefault") {
      return `...await import(${JSON.stringify(moduleRequest?.value)})`;
    }
    // The parser names no local for one that was imported, so it is read from "local as name".
    const [local] = text.original.slice(start, end).split(" ");
    return `get ${JSON.stringify(exportName.name)}() { return ${local}; }`;
  });
}

/** Takes the statement away and leaves its lines. */
function blank(text: MagicString, { start, end }: { start: number; end: number }): void {
  const lines = text.original.slice(start, end).split("\n").length;
  text.overwrite(start, end, `;${"\n".repeat(lines - 1)}`);
}
