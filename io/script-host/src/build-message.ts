import { statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { ApiSurface } from "./api-surface.ts";
import {
  importError,
  isUrl,
  nameError,
  type ScriptError,
  type SourcePosition,
  showPath,
  syntaxError,
} from "./script-error.ts";

/** Says in the user's terms why Bun.build gave up. */
export function toScriptError(
  log: BuildMessage | ResolveMessage,
  apiModules: Readonly<Record<string, ApiSurface>>,
): ScriptError {
  const position = positionOf(log);
  if ("specifier" in log) {
    return importError(log.specifier, position, whyUnresolved(log.specifier, position));
  }
  const [, module, name] = log.message.match(noSuchExport) ?? [];
  if (module === undefined || name === undefined) return syntaxError(log.message, position);
  const [, specifier = module] = /^[a-z-]+:(.*)$/.exec(module) ?? [];
  const surface = apiModules[specifier];
  if (surface !== undefined) {
    return nameError(name, specifier, position, `it exports ${surface.names.join(", ")}`);
  }
  const file = isUrl(specifier) ? specifier : showPath(resolve(module));
  return nameError(name, file, position, "that file exports no such name");
}

const noSuchExport = /^No matching export in "(.+)" for import "(.+)"/;

function positionOf({ position }: BuildMessage | ResolveMessage): SourcePosition | undefined {
  // Line 0 is how Bun says that it does not know.
  if (position === null || position.line < 1) return undefined;
  const { file, line, column } = position;
  // Column 0 is what it gives for the end of a file behind an empty line.
  return { file: resolve(file), line, column: Math.max(column, 1) };
}

function whyUnresolved(specifier: string, position: SourcePosition | undefined): string {
  const directory = dirname(position?.file ?? ".");
  if (!specifier.startsWith(".") && !isAbsolute(specifier)) {
    const tried = resolve(directory, "node_modules");
    return `there is no such package in ${tried} or above; install it there with npm`;
  }
  const path = resolve(directory, specifier);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    ? `${path} is a directory without an index file`
    : `there is no file ${path}, nor one with .ts, .js or .json added`;
}
