import { z } from "zod";

/** Marks a setting whose value is shown to nobody: `secret(z.string().min(8))`. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  const marked = schema.clone(undefined, { parent: true });
  secrets.add(marked, { secret: true });
  return marked;
}

/** Whether it, or anything within it, is marked. */
export function hasSecret(schema: z.core.$ZodType): boolean {
  return (
    secrets.has(schema) || secrets.get(schema) !== undefined || partsOf(schema).some(hasSecret)
  );
}

/** Zod asks it for what a schema was made of, so a mark outlasts `.min(8)` and `.describe("…")`. */
const secrets = z.registry<{ readonly secret: true }>();

function partsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
    case "success":
    case "promise":
      return [def.innerType];
    case "pipe":
      return [def.in, def.out];
    case "array":
      return [def.element];
    case "set":
      return [def.valueType];
    case "record":
    case "map":
      return [def.keyType, def.valueType];
    case "tuple":
      return def.rest === null ? def.items : [...def.items, def.rest];
    case "object":
      return Object.values(def.shape);
    case "union":
      return def.options;
    case "intersection":
      return [def.left, def.right];
    default:
      return [];
  }
}
