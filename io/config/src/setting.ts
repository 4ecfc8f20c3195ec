import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { kindOf } from "./kind.ts";
import { hasSecret } from "./secret.ts";

/** One value that can be set, and its names: `db.maxOpen`, `--db-max-open`, `APP_DB_MAX_OPEN`. */
export interface Setting {
  readonly path: readonly string[];
  readonly key: string;
  /** Without the dashes. */
  readonly flag: string;
  readonly variable: string;
  readonly schema: z.core.$ZodType;
  readonly description: string;
  readonly isSecret: boolean;
  readonly isBoolean: boolean;
  /** As the schema has it. */
  readonly defaultValue: unknown;
}

/** All settings of a schema, in its order. Throws a ConfigError when two would have one name. */
export function settingsOf(schema: z.ZodObject, prefix: string): readonly Setting[] {
  const settings = collect(schema, [], prefix);
  for (const name of ["flag", "variable"] as const) {
    const owners = new Map<string, string>(reserved(prefix)[name]);
    for (const setting of settings) {
      for (const each of namesOf(setting)[name]) {
        const owner = owners.get(each);
        if (owner !== undefined) {
          throw badSchema(`${setting.key} and ${owner} would both be set by ${name} ${each}`);
        }
        owners.set(each, setting.key);
      }
    }
  }
  return settings;
}

/** What `--config` is called in the environment. */
export function configVariable(prefix: string): string {
  return toVariable(["config"], prefix);
}

/** The object that a section is, under what makes it optional, or `undefined` for a setting. */
export function trySection(schema: z.core.$ZodType): z.ZodObject | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return schema as z.ZodObject;
    case "optional":
    case "default":
    case "prefault":
    case "readonly":
    case "nonoptional":
      return trySection(def.innerType);
    default:
      return undefined;
  }
}

function collect(
  section: z.ZodObject,
  path: readonly string[],
  prefix: string,
): readonly Setting[] {
  return Object.entries(section.shape).flatMap(([name, schema]) => {
    const own = [...path, name];
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw badSchema(`the key ${JSON.stringify(own.join("."))} is not in camelCase`);
    }
    const inner = trySection(schema);
    return inner === undefined ? [toSetting(schema, own, prefix)] : collect(inner, own, prefix);
  });
}

function toSetting(schema: z.core.$ZodType, path: readonly string[], prefix: string): Setting {
  return {
    path,
    key: path.join("."),
    flag: path.flatMap(toWords).join("-"),
    variable: toVariable(path, prefix),
    schema,
    description: descriptionOf(schema),
    isSecret: hasSecret(schema),
    isBoolean: kindOf(schema) === "boolean",
    defaultValue: (schema as z.ZodType).safeParse(undefined).data,
  };
}

function toVariable(path: readonly string[], prefix: string): string {
  const words = path.flatMap(toWords);
  return [...(prefix === "" ? [] : [prefix]), ...words].join("_").toUpperCase();
}

/** "maxOpen2Use" as max, open2, use; "dbURL" as db, url. */
function toWords(name: string): readonly string[] {
  const words = name.match(/[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** The description may stand before or after `.default(1)` and `.optional()`. */
function descriptionOf(schema: z.core.$ZodType): string {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== undefined) return own;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ("innerType" in def) return descriptionOf(def.innerType);
  return def.type === "pipe" ? descriptionOf(def.in) : "";
}

function namesOf({ flag, variable, isBoolean, isSecret }: Setting) {
  return {
    flag: isBoolean ? [flag, `no-${flag}`] : [flag],
    variable: isSecret ? [variable, `${variable}_FILE`] : [variable],
  };
}

function reserved(prefix: string) {
  const flag = ["help", "config", "print-config"].map((name) => [name, `--${name}`] as const);
  return { flag, variable: [[configVariable(prefix), "--config"] as const] };
}

function badSchema(why: string): ConfigError {
  return new ConfigError("bad_schema", `Cannot make settings of this schema: ${why}`);
}
