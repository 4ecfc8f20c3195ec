import type { z } from "zod";

/**
 * What a flag or a variable means to its schema: a number, a list. Text that does not fit is left
 * as it is, and the schema will refuse it.
 */
export function fromText(schema: z.core.$ZodType, text: string): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "number":
      return numeral.test(text) ? Number(text) : text;
    case "boolean":
      return booleans.get(text.toLowerCase()) ?? text;
    case "literal":
      return def.values.find((value) => String(value) === text) ?? text;
    case "enum":
      return Object.values(def.entries).find((value) => String(value) === text) ?? text;
    case "array":
      return text.startsWith("[") ? json(text) : toList(text, () => def.element);
    case "tuple":
      return text.startsWith("[") ? json(text) : toList(text, (index) => def.items[index]);
    case "record":
      return text.startsWith("{") ? json(text) : (tryPairs(text, def.valueType) ?? text);
    case "object":
      return json(text);
    case "union":
      return firstThatTakes(def.options, text);
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return fromText(def.innerType, text);
    case "pipe":
      return fromText(def.in, text);
    default:
      return text;
  }
}

const numeral = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toList(
  text: string,
  schemaAt: (index: number) => z.core.$ZodType | undefined,
): readonly unknown[] {
  if (text.trim() === "") return [];
  return text.split(",").map((part, index) => {
    const schema = schemaAt(index);
    return schema === undefined ? part.trim() : fromText(schema, part.trim());
  });
}

function tryPairs(text: string, schema: z.core.$ZodType): object | undefined {
  if (text.trim() === "") return {};
  const pairs = text.split(",").map((part): [string, unknown] | undefined => {
    const equals = part.indexOf("=");
    const name = part.slice(0, equals).trim();
    return equals < 1 || name === "" ? undefined : [name, fromText(schema, part.slice(equals + 1))];
  });
  const good = pairs.filter((pair) => pair !== undefined);
  return good.length < pairs.length ? undefined : Object.fromEntries(good);
}

/** "8" is a number to `number | "auto"`, and "auto" is text. */
function firstThatTakes(options: readonly z.core.$ZodType[], text: string): unknown {
  for (const option of options) {
    const value = fromText(option, text);
    if ((option as z.ZodType).safeParse(value).success) return value;
  }
  return text;
}
