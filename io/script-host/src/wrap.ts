import { isBuiltin } from "node:module";
import MagicString from "magic-string";
import { type Comment, parseSync, type StaticExport, type StaticImport } from "oxc-parser";
import type { ApiSurface } from "./api-surface.ts";
import type { Bundle } from "./bundle.ts";
import { findImport } from "./find-import.ts";
import { hostParameter } from "./host-parameter.ts";
import { lineIndex } from "./line-index.ts";
import { importError, type SourcePosition, syntaxError } from "./script-error.ts";
import { sourceTrace } from "./source-trace.ts";
import { shiftMappings } from "./transform/compose-map.ts";
import { foreignCode } from "./transform/foreign-code.ts";
import { transform } from "./transform/transform.ts";

export interface WrapOptions {
  /** Absolute, of the script. */
  readonly path: string;
  readonly apiModules: Readonly<Record<string, ApiSurface>>;
  readonly fileGlobals: readonly string[];
  /** What the body calls a file of the user's, wherever the script's folder may be. */
  readonly nameFile: (file: string) => string;
}

export interface Wrapped {
  readonly body: string;
  /** Of the body, as in a version 3 source map; the sources are the bundle's. */
  readonly mappings: string;
}

/**
 * Turns a bundle into the body of an async function that returns the module's exports, and what
 * holds the script up in k6 into what is awaited. Every line stays on its line.
 */
export function wrap(bundle: Bundle, options: WrapOptions): Wrapped {
  const { code, map, imports: apiImports, comments: names } = bundle;
  const { path, apiModules, fileGlobals, nameFile } = options;
  const trace = sourceTrace(map);
  const lineOf = lineIndex(code);
  const positionAt = (offset: number): SourcePosition | undefined => {
    const { line, column } = lineOf(offset);
    return trace(line, column);
  };
  const fileAt = (offset: number): string => nameFile(positionAt(offset)?.file ?? path);
  const { module, errors, program, comments } = parseSync("bundle.js", code, {
    sourceType: "module",
  });
  const [error] = errors;
  if (error !== undefined) {
    throw syntaxError(error.message, positionAt(error.labels[0]?.start ?? 0));
  }

  const text = new MagicString(code);
  const imported = apiImports.map((specifier) => [specifier, apiModules[specifier]] as const);
  const surfaces = Object.fromEntries(imported.filter(isKnown));
  const fileComments = comments.filter(({ value }) => names.has(value.trim()));
  const foreign = foreignCode(program, { code, fileComments, hostParameter });
  transform(program, text, { surfaces, fileGlobals, foreign, positionAt, fileAt });
  for (const { start, end } of module.importMetas) {
    text.update(start, end, `${hostParameter}.meta(${JSON.stringify(fileAt(start))})`);
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const specifier = code.slice(moduleRequest.start, moduleRequest.end);
    if (!isLiteral.test(specifier)) refuseComputedImport(specifier, positionAt(start));
  }
  refuseComputedRequires(code, positionAt);
  nameFiles(text, comments, names);
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
  text.prepend(`"use strict"; ${imports.join("")}`);
  return { body: text.toString(), mappings: shiftMappings(map.mappings, text) };
}

function isKnown(
  entry: readonly [string, ApiSurface | undefined],
): entry is readonly [string, ApiSurface] {
  return entry[1] !== undefined;
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

/** Bun leaves `__require(name)` of a name that it cannot tell. */
function refuseComputedRequires(
  code: string,
  positionAt: (offset: number) => SourcePosition | undefined,
): void {
  for (const { 1: argument = "", index } of code.matchAll(/\b__require\(([^)]*)\)/g)) {
    if (!isLiteral.test(argument)) refuseComputedImport(argument, positionAt(index));
  }
}

/** Bun writes the file over each part, as seen from the working directory. */
function nameFiles(
  text: MagicString,
  comments: readonly Comment[],
  names: ReadonlyMap<string, string>,
): void {
  for (const { start, end, value } of comments) {
    const name = names.get(value.trim());
    if (name !== undefined) text.update(start, end, `// ${name}`);
    else if (/^# debugId=|^ @bun/.test(value)) text.remove(start, end);
  }
}

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
    text.update(start, start + "export default".length, "return");
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
