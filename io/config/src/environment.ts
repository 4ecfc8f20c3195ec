import { fromText } from "./from-text.ts";
import type { GivenValue, Layer } from "./layer.ts";
import type { Setting } from "./setting.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables of all settings. One that is empty is not set, as Compose files have them. A
 * secret may lie in a file that `NAME_FILE` names, as Docker and Kubernetes mount them; a line
 * break at its end is none of it.
 */
export function readEnvironment(
  environment: Environment,
  settings: readonly Setting[],
  readFile: (path: string) => string,
): Layer {
  const values = new Map<string, GivenValue>();
  const mistakes: string[] = [];
  for (const { key, variable, schema, isSecret } of settings) {
    const text = environment[variable] ?? "";
    const fileVariable = `${variable}_FILE`;
    const path = isSecret ? (environment[fileVariable] ?? "") : "";
    if (text !== "" && path !== "") {
      mistakes.push(`environment ${variable} and ${fileVariable}: set only one of them`);
    } else if (text !== "") {
      values.set(key, { value: fromText(schema, text), origin: `environment ${variable}` });
    } else if (path !== "") {
      const origin = `environment ${fileVariable}`;
      const read = tryRead(readFile, path);
      if (typeof read === "string") {
        values.set(key, { value: fromText(schema, read.replace(/\r?\n$/, "")), origin });
      } else {
        mistakes.push(`${origin}: ${path} ${read.why}`);
      }
    }
  }
  return { values, mistakes };
}

/** The file's text, or why there is none. */
export function tryRead(
  readFile: (path: string) => string,
  path: string,
): string | { readonly why: string } {
  try {
    return readFile(path);
  } catch (error) {
    return { why: `cannot be read: ${(error as Error).message}` };
  }
}
