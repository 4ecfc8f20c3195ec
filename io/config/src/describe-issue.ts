import { z } from "zod";
import { describeKind } from "./kind.ts";
import type { GivenValue } from "./layer.ts";
import { didYouMean } from "./near-miss.ts";
import type { Setting } from "./setting.ts";

/** One sentence for what the schema did not like: where it came from, and what would do. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  settings: readonly Setting[],
  given: ReadonlyMap<string, GivenValue>,
): string {
  const setting = settings.find(({ path }) => path.every((name, at) => issue.path[at] === name));
  if (setting === undefined) {
    return issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`;
  }
  const { key, flag, variable, isSecret, path } = setting;
  const source = given.get(key);
  if (source === undefined) {
    return isMissing(issue)
      ? `${key} is missing: set --${flag}, environment ${variable} or key ${key} of a file`
      : `${key}: ${isSecret ? "its default does not fit" : issue.message}`;
  }
  const within = issue.path.slice(path.length);
  const where = within.length === 0 ? source.origin : `${source.origin} at ${within.join(".")}`;
  const input = valueAt(source.value, within);
  // The author's words may quote what was given.
  if (!isSecret && !isByZod(issue, input)) return `${where}: ${issue.message}`;
  const reason = reasonOf(issue, within.length === 0 ? setting.schema : undefined);
  return isSecret
    ? `${where}: ${reason}`
    : `${where}: ${reason}, not ${show(input)}${near(issue, input)}`;
}

/** A value in a message: JSON, cut when it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}

/** What lies in an object at a path, if anything. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[name];
  }
  return at;
}

const isMissing = ({ code }: z.core.$ZodIssue) =>
  code === "invalid_type" || code === "invalid_value" || code === "invalid_union";

const { localeError } = z.locales.en();

/** Whether the message is zod's own rather than the schema author's. */
function isByZod(issue: z.core.$ZodIssue, input: unknown): boolean {
  if (issue.code === "custom") return false;
  const own = localeError({ ...issue, input } as z.core.$ZodRawIssue);
  return issue.message === (typeof own === "string" ? own : own?.message);
}

/** From what the schema says and not from what was given, so that it is safe for secrets. */
function reasonOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType | undefined): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "int") return "must be a whole number";
      return `must be ${schema === undefined ? issue.expected : describeKind(schema)}`;
    case "invalid_union":
      return `must be ${schema === undefined ? "another value" : describeKind(schema)}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "too_small":
      return bound(
        issue.origin,
        issue.minimum,
        issue.inclusive === false ? "more than" : "at least",
      );
    case "too_big":
      return bound(
        issue.origin,
        issue.maximum,
        issue.inclusive === false ? "less than" : "at most",
      );
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return `must be ${formatOf(issue)}`;
    case "unrecognized_keys":
      return `must not have ${issue.keys.join(", ")}`;
    default:
      return "must be another value";
  }
}

function bound(origin: string, limit: number | bigint, comparison: string): string {
  if (origin === "string") return `must have ${comparison} ${limit} characters`;
  const isCounted = origin === "array" || origin === "set" || origin === "map";
  return isCounted ? `must have ${comparison} ${limit} entries` : `must be ${comparison} ${limit}`;
}

function formatOf({ format, pattern }: z.core.$ZodIssueInvalidStringFormat): string {
  if (format === "regex") return `text that matches ${pattern}`;
  return `a valid ${format}`;
}

function near(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code !== "invalid_value" || typeof input !== "string") return "";
  return didYouMean(input, issue.values.map(String));
}
