import { isAbsolute, relative } from "node:path";

/** A script that cannot be made ready to run, said so that its author can put it right. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
  readonly code: ScriptErrorCode;
  /** In the author's own file; none when the script itself cannot be read. */
  readonly position: SourcePosition | undefined;

  constructor(code: ScriptErrorCode, message: string, position?: SourcePosition) {
    super(message);
    this.code = code;
    this.position = position;
  }
}

export type ScriptErrorCode =
  | "not_found"
  | "unreadable"
  | "syntax"
  | "unresolved_import"
  | "unknown_import"
  | "cannot_wait";

/** Line and column count from 1, the column in UTF-16 units: as editors show them. */
export interface SourcePosition {
  /** An absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** For code that is no JavaScript or TypeScript. */
export function syntaxError(reason: string, position: SourcePosition | undefined): ScriptError {
  const message = `Cannot parse the script${at(position)}: ${reason.replace(/\.$/, "")}`;
  return new ScriptError("syntax", message, position);
}

/** For an import of a module that is not there, or is none. */
export function importError(
  specifier: string,
  position: SourcePosition | undefined,
  reason: string,
): ScriptError {
  const message = `Cannot import "${specifier}"${at(position)}: ${reason}`;
  return new ScriptError("unresolved_import", message, position);
}

/** For an import of a name that the module does not export. */
export function nameError(
  name: string,
  module: string,
  position: SourcePosition | undefined,
  reason: string,
): ScriptError {
  const message = `Cannot import "${name}" from "${module}"${at(position)}: ${reason}`;
  return new ScriptError("unknown_import", message, position);
}

/** For a call that holds the script up where nothing can wait for it. */
export function waitError(
  call: string,
  where: string,
  position: SourcePosition | undefined,
  instead: string,
): ScriptError {
  const message = `Cannot wait for ${call} in ${where}${at(position)}: ${instead}`;
  return new ScriptError("cannot_wait", message, position);
}

/** For a function that waits, handed to a package that nobody can follow. */
export function packageError(position: SourcePosition | undefined): ScriptError {
  const message =
    `Cannot tell when the package calls the function that it is given${at(position)}: ` +
    "the function waits for a call of k6's; call it in a loop of your own";
  return new ScriptError("cannot_wait", message, position);
}

function at(position: SourcePosition | undefined): string {
  return position === undefined ? "" : ` at ${showPosition(position)}`;
}

/** `file:line:column`, as terminals make it a link. */
export function showPosition({ file, line, column }: SourcePosition): string {
  return `${showPath(file)}:${line}:${column}`;
}

/** As seen from the working directory, or whole when it lies outside of it. */
export function showPath(file: string): string {
  if (isUrl(file)) return file;
  const near = relative(process.cwd(), file);
  return near === "" || near.startsWith("..") || isAbsolute(near) ? file : near;
}

/** A module from the network, or a name out of another bundler's source map. */
export function isUrl(file: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(file);
}
