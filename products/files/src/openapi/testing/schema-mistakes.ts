import type { Schema } from "../schemas.ts";

/** What a value has that its schema does not allow: JSON Schema, as far as the document uses it. */
export function schemaMistakes(
  value: unknown,
  schema: Schema,
  components: Readonly<Record<string, Schema>>,
): string[] {
  const check = (each: unknown, wanted: Schema, at: string): string[] => {
    if (wanted.$ref !== undefined) {
      const named = components[wanted.$ref.split("/").at(-1) ?? ""];
      return named === undefined ? [`${at}: no ${wanted.$ref}`] : check(each, named, at);
    }
    const { const: constant, enum: values, type } = wanted;
    const wrong = (why: string): string[] => [`${at}: ${JSON.stringify(each)} ${why}`];
    if (constant !== undefined && each !== constant) return wrong(`is not ${constant}`);
    if (values !== undefined && !values.includes(String(each))) return wrong("is none of them");
    const types = type === undefined ? [] : [type].flat();
    if (types.length > 0 && !types.some((one) => isOf(each, one))) return wrong(`is no ${types}`);
    if (typeof each === "number" && each < (wanted.minimum ?? each)) return wrong("is too small");
    if (Array.isArray(each)) {
      return each.flatMap((item, index) => check(item, wanted.items ?? {}, `${at}[${index}]`));
    }
    return isObject(each) ? checkObject(each, wanted, at) : [];
  };
  const checkObject = (each: Record<string, unknown>, wanted: Schema, at: string): string[] => {
    const { properties = {}, required = [], additionalProperties: more = true } = wanted;
    const missing = required.filter((name) => !(name in each)).map((name) => `${at}: no ${name}`);
    const inside = Object.entries(each).flatMap(([name, inner]) => {
      const own = properties[name] ?? more;
      if (own === false) return [`${at}: ${name} is unknown`];
      return own === true ? [] : check(inner, own, `${at}.${name}`);
    });
    return [...missing, ...inside];
  };
  return check(value, schema, "$");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isOf(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  return type === "object" ? isObject(value) : typeof value === type;
}
