import type { PortableScript } from "./compile-script.ts";
import { type SourcePosition, showPosition } from "./script-error.ts";
import { sourceTrace } from "./source-trace.ts";

/** Says what a script threw in terms of the user's files. */
export interface ErrorDescription {
  /** The error's own: "TypeError: x is not a function". */
  readonly message: string;
  /**
   * The message and, a line each, the calls in the user's files; then its causes in the same way.
   */
  readonly stack: string;
  /** The innermost call in the user's files. */
  readonly position: SourcePosition | undefined;
}

export function errorDescriber(script: PortableScript): (error: unknown) => ErrorDescription {
  const trace = sourceTrace(script);
  const frame = new RegExp(`^\\s*at (?:(.+) \\()?${script.name}:(\\d+):(\\d+)\\)?$`, "gm");

  const describe = (error: unknown, depth: number): ErrorDescription => {
    const { message, stack, cause } = read(error);
    const lines: string[] = [];
    let position: SourcePosition | undefined;
    for (const [, name, line, column] of stack.matchAll(frame)) {
      const at = trace(Number(line) - linesBeforeBody, Number(column));
      if (at === undefined) continue;
      position ??= at;
      const isNamed = name !== undefined && !/^(?:async )?(?:<anonymous>|anonymous)$/.test(name);
      lines.push(isNamed ? `    at ${name} (${showPosition(at)})` : `    at ${showPosition(at)}`);
    }
    if (cause !== undefined && depth < maxCauses) {
      lines.push(`Caused by: ${describe(cause, depth + 1).stack}`);
    }
    return { message, stack: [message, ...lines].join("\n"), position };
  };
  return (error) => describe(error, 0);
}

/**
 * A function made from text starts with "async function anonymous(…\n) {\n" (ECMA-262,
 * CreateDynamicFunction).
 */
const linesBeforeBody = 2;

/** A chain of causes may be a ring. */
const maxCauses = 5;

interface Thrown {
  readonly message: string;
  readonly stack: string;
  readonly cause: unknown;
}

function read(error: unknown): Thrown {
  const none = { stack: "", cause: undefined };
  try {
    if (typeof error === "string") return { ...none, message: error };
    if (!(error instanceof Error)) {
      return { ...none, message: Bun.inspect(error, { compact: true, depth: 2 }) };
    }
    const stack = typeof error.stack === "string" ? error.stack : "";
    return { message: String(error), stack, cause: error.cause };
  } catch {
    // A getter, a proxy or a toString of the user's throws.
    return { ...none, message: "an error that cannot be shown" };
  }
}
