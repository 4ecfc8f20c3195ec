export type ConsoleLevel = "debug" | "info" | "warn" | "error";

type Print = (...values: unknown[]) => void;

export interface ScriptConsole {
  readonly log: Print;
  readonly debug: Print;
  readonly info: Print;
  readonly warn: Print;
  readonly error: Print;
}

/**
 * k6's console: one line for each call, its values parted by a space. `log` is `info`. Nothing in
 * it depends on the VU: one for a process.
 */
export function createConsole(emit: (level: ConsoleLevel, line: string) => void): ScriptConsole {
  const print =
    (level: ConsoleLevel): Print =>
    (...values) =>
      emit(level, values.map(toLine).join(" "));
  return {
    log: print("info"),
    debug: print("debug"),
    info: print("info"),
    warn: print("warn"),
    error: print("error"),
  };
}

/** A value as k6 prints it by itself: text as it is, and what is in objects as in a literal. */
function toLine(value: unknown): string {
  if (typeof value === "symbol") return value.description ?? "";
  if (typeof value !== "object" || value === null) return primitive(value);
  return value instanceof Error ? String(value) : toLiteral(value, new Set());
}

function primitive(value: unknown): string {
  return typeof value === "function" ? "[object Function]" : String(value);
}

/** `around` are the objects that it stands in. */
function toLiteral(value: unknown, around: Set<object>): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string" || typeof value === "symbol") return `"${toLine(value)}"`;
  if (typeof value !== "object") return primitive(value);
  if (around.has(value)) return "[Circular]";
  if (value instanceof Error) return String(value);
  around.add(value);
  const literal = tryBinary(value) ?? objectLiteral(value, around);
  around.delete(value);
  return literal;
}

function objectLiteral(value: object, around: Set<object>): string {
  if (Array.isArray(value)) {
    const elements = Array.from(value, (element) => toLiteral(element, around));
    return elements.length === 0 ? "[]" : `[ ${elements.join(", ")} ]`;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields);
  if (keys.length > 0) {
    return `{ ${keys.map((key) => `${key}: ${toLiteral(fields[key], around)}`).join(", ")} }`;
  }
  const isDate = value instanceof Date && !Number.isNaN(value.getTime());
  return isDate ? `"${value.toISOString()}"` : "{}";
}

function tryBinary(value: object): string | undefined {
  if (value instanceof ArrayBuffer) {
    const bytes = new Uint8Array(value);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return `ArrayBuffer { [Uint8Contents]: <${hex}>, byteLength: ${bytes.length} }`;
  }
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  const numbers = value as Uint8Array;
  const name = `${numbers[Symbol.toStringTag]}(${numbers.length})`;
  return numbers.length === 0 ? `${name} []` : `${name} [ ${numbers.join(", ")} ]`;
}
