import type { z } from "zod";
import { quantityName } from "./quantities.ts";

/** What is to be written for a value of this schema, in a word: the help's `<number>`. */
export function kindOf(schema: z.core.$ZodType): string {
  const quantity = quantityName(schema);
  if (quantity !== undefined) return quantity;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
    case "template_literal":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
    case "tuple":
      return "list";
    case "record":
      return "name=value";
    case "object":
      return "json";
    case "enum":
      return Object.values(def.entries).join("|");
    case "literal":
      return def.values.map(String).join("|");
    case "union":
      return [...new Set(def.options.map(kindOf))].join("|");
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return kindOf(def.innerType);
    case "pipe":
      return kindOf(def.in);
    default:
      return "value";
  }
}

/** The same as a part of a sentence: "must be a number". */
export function describeKind(schema: z.core.$ZodType): string {
  const kinds = kindOf(schema).split("|");
  return kinds.map((kind) => sentences[kind] ?? kind).join(" or ");
}

const sentences: Readonly<Record<string, string>> = {
  text: "text",
  number: "a number",
  boolean: "true or false",
  list: 'a list, as text "a,b"',
  "name=value": 'names with values, as text "a=1,b=2"',
  json: "an object, as text in JSON",
  time: 'a duration such as "30s"',
  size: 'a size such as "10K"',
  value: "another value",
};
