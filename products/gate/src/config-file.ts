import { readFileSync } from "node:fs";
import type { Fields } from "./field-reader.ts";
import { GateError } from "./gate-error.ts";
import { isObject } from "./rules-fields.ts";

/** The fields of a file in YAML or JSON, named like the flags. Throws a GateError (bad_file). */
export function readConfigFile(path: string): Fields {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const hint = "name a readable file in YAML or JSON";
    throw new GateError("bad_file", `Cannot read config "${path}": ${hint}`, { cause });
  }
  return parseConfig(path, text);
}

/** The same of a text; the path says which of the two it is. */
export function parseConfig(path: string, text: string): Fields {
  let value: unknown;
  try {
    // JSON is YAML, too; but says more clearly where it is wrong.
    value = path.endsWith(".json") ? JSON.parse(text) : Bun.YAML.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const kind = path.endsWith(".json") ? "JSON" : "YAML";
    throw new GateError("bad_file", `Cannot read config "${path}" as ${kind}: ${why}`, { cause });
  }
  if (isObject(value)) return value;
  const hint = "write fields such as upstream: http://127.0.0.1:3000";
  throw new GateError("bad_file", `Cannot use config "${path}": ${hint}`);
}
