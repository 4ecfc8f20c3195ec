import type { SecretSource } from "../vu/test-context.ts";
import { cut } from "./source-line.ts";

/** `key=value` each. Throws an Error that does not show the value. */
export function parseKeyValues(parts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    parts.map((part, index) => {
      const [key, value] = cut(part);
      if (value === undefined) throw new Error(`its entry ${index + 1} has no "="; give key=value`);
      return [key, value];
    }),
  );
}

export function keyValueSource(name: string, secrets: ReadonlyMap<string, string>): SecretSource {
  return {
    name,
    get: async (key) => {
      const value = secrets.get(key);
      if (value !== undefined) return value;
      throw new TypeError(`Cannot get the secret "${key}": the source ${name} does not have it`);
    },
  };
}
