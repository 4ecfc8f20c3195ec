import type { Query } from "./condition.ts";
import { tryJson } from "./try-json.ts";

type Modifier = (value: unknown, argument: string, query: Query) => unknown;

/** GJSON's own; its @pretty and @ugly change only how JSON is written, which nobody sees here. */
const modifiers: Readonly<Record<string, Modifier>> = {
  this: (value) => value,
  valid: (value) => value,
  pretty: (value) => value,
  ugly: (value) => value,
  reverse: (value) => {
    if (Array.isArray(value)) return value.toReversed();
    return isObject(value) ? Object.fromEntries(Object.entries(value).reverse()) : value;
  },
  keys: (value) => {
    if (Array.isArray(value)) return value.map(() => null);
    return isObject(value) ? Object.keys(value) : [];
  },
  values: (value) => {
    if (Array.isArray(value)) return value;
    return isObject(value) ? Object.values(value) : [];
  },
  flatten: (value, argument) => {
    if (!Array.isArray(value)) return value;
    return value.flat(options(argument).deep === true ? Number.POSITIVE_INFINITY : 1);
  },
  join: (value) => {
    return Array.isArray(value) ? Object.assign({}, ...value.filter(isObject)) : value;
  },
  tostr: (value) => JSON.stringify(value),
  fromstr: (value) => (typeof value === "string" ? tryJson(value) : value),
  group: (value) => {
    if (!isObject(value)) return undefined;
    const rows: Record<string, unknown>[] = [];
    for (const [key, column] of Object.entries(value)) {
      if (!Array.isArray(column)) continue;
      for (const [index, cell] of column.entries()) {
        rows[index] ??= {};
        rows[index][key] = cell;
      }
    }
    return rows;
  },
  dig: (value, argument, query) => dig(value, argument, query),
};

export function isModifier(name: string): boolean {
  return Object.hasOwn(modifiers, name);
}

export function modify(name: string, value: unknown, argument: string, query: Query): unknown {
  return modifiers[name]!(value, argument, query);
}

/** What the path finds in the value, and in all that it holds. */
function dig(value: unknown, path: string, query: Query): readonly unknown[] {
  const here = query(value, path);
  const parts = typeof value === "object" && value !== null ? Object.values(value) : [];
  return [
    ...(here === undefined ? [] : [here]),
    ...parts.flatMap((part) => dig(part, path, query)),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function options(argument: string): Record<string, unknown> {
  const given = tryJson(argument);
  return isObject(given) ? given : {};
}
