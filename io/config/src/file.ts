import type { z } from "zod";
import { tryRead } from "./environment.ts";
import type { GivenValue, Layer } from "./layer.ts";
import { tryNearMiss } from "./near-miss.ts";
import { type Setting, trySection } from "./setting.ts";

/** Reads a file of settings: JSON, YAML or TOML, as its name ends. What is null is not set. */
export function readSettingsFile(path: string, { schema, settings, readFile }: FileOptions): Layer {
  const layer = { values: new Map<string, GivenValue>(), mistakes: [] as string[] };
  const format = formats.find(({ ending }) => ending.test(path));
  if (format === undefined) {
    layer.mistakes.push(`file ${path}: its name must end in .json, .yaml, .yml or .toml`);
    return layer;
  }
  const text = tryRead(readFile, path);
  if (typeof text !== "string") {
    layer.mistakes.push(`file ${path}: ${text.why}`);
    return layer;
  }
  const content = tryParse(format, text);
  if (content instanceof Error) {
    layer.mistakes.push(`file ${path}: is no ${format.name}: ${withoutQuotes(content.message)}`);
    return layer;
  }
  const keys = settings.map(({ key }) => key);
  new FileReading(`file ${path}`, keys, layer).section(schema, content, []);
  return layer;
}

export interface FileOptions {
  readonly schema: z.ZodObject;
  readonly settings: readonly Setting[];
  readonly readFile: (path: string) => string;
}

interface Format {
  readonly ending: RegExp;
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

const formats: readonly Format[] = [
  { ending: /\.json$/i, name: "JSON", parse: JSON.parse },
  { ending: /\.ya?ml$/i, name: "YAML", parse: Bun.YAML.parse },
  { ending: /\.toml$/i, name: "TOML", parse: Bun.TOML.parse },
];

function tryParse({ parse }: Format, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof Error ? error : new Error("it cannot be read");
  }
}

/** Parsers quote what they stumble over, which may be a secret. */
function withoutQuotes(message: string): string {
  return message.replace(/^\w+ Parse error: /, "").replaceAll(/"[^"]*"?|'[^']*'?/g, "…");
}

/** One pass over the file's content, beside the schema. */
class FileReading {
  readonly #file: string;
  readonly #keys: readonly string[];
  readonly #values: Map<string, GivenValue>;
  readonly #mistakes: string[];

  constructor(
    file: string,
    keys: readonly string[],
    layer: { readonly values: Map<string, GivenValue>; readonly mistakes: string[] },
  ) {
    this.#file = file;
    this.#keys = keys;
    this.#values = layer.values;
    this.#mistakes = layer.mistakes;
  }

  section(schema: z.ZodObject, content: unknown, path: readonly string[]): void {
    if (content === null || content === undefined) return;
    if (!isObject(content)) {
      const where = path.length === 0 ? this.#file : this.#origin(path);
      this.#mistakes.push(`${where}: must hold settings by their names, not ${nameOf(content)}`);
      return;
    }
    for (const [name, value] of Object.entries(content)) {
      const own = [...path, name];
      const part = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
      const inner = part && trySection(part);
      if (part === undefined) this.#unknown(schema, own);
      else if (inner !== undefined) this.section(inner, value, own);
      else if (value !== null) {
        this.#values.set(own.join("."), { value, origin: this.#origin(own) });
        this.#within(part, value, own);
      }
    }
  }

  /** Zod drops keys it does not know; in a file each is a typing error. */
  #within(schema: z.core.$ZodType, value: unknown, path: readonly string[]): void {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if ("innerType" in def) this.#within(def.innerType, value, path);
    else if (def.type === "pipe") this.#within(def.in, value, path);
    else if (def.type === "array" && Array.isArray(value)) {
      for (const [index, each] of value.entries()) {
        this.#within(def.element, each, [...path, String(index)]);
      }
    } else if (def.type === "record" && isObject(value)) {
      for (const [name, each] of Object.entries(value)) {
        this.#within(def.valueType, each, [...path, name]);
      }
    } else if (def.type === "object" && isObject(value)) {
      for (const [name, each] of Object.entries(value)) {
        const part = Object.hasOwn(def.shape, name) ? def.shape[name] : undefined;
        if (part !== undefined) this.#within(part, each, [...path, name]);
        // One with a catchall is strict or loose on purpose.
        else if (def.catchall === undefined) this.#unknown(schema as z.ZodObject, [...path, name]);
      }
    }
  }

  /** A name of the same place is meant, or the same name in another place. */
  #unknown({ shape }: z.ZodObject, path: readonly string[]): void {
    const place = path.slice(0, -1);
    const name = path.at(-1)!;
    const near = tryNearMiss(name, Object.keys(shape));
    const meant = near === undefined ? this.#elsewhere(name, path) : [...place, near].join(".");
    const advice = meant === undefined ? "" : `: did you mean ${meant}?`;
    this.#mistakes.push(`${this.#origin(path)}: there is no such key${advice}`);
  }

  #elsewhere(name: string, path: readonly string[]): string | undefined {
    const sameName = this.#keys.find((key) => key.endsWith(`.${name}`));
    return sameName ?? tryNearMiss(path.join("."), this.#keys);
  }

  #origin(path: readonly string[]): string {
    return `${this.#file} key ${path.join(".")}`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
