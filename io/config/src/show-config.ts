import { isDeepStrictEqual } from "node:util";
import { valueAt } from "./describe-issue.ts";
import { kindOf } from "./kind.ts";
import type { GivenValue } from "./layer.ts";
import { showQuantity } from "./quantities.ts";
import type { Setting } from "./setting.ts";

/** One setting as it is in effect. */
export interface ConfigEntry {
  readonly path: readonly string[];
  readonly key: string;
  /** "flag --port", "environment PORT", "file app.yaml key port", "default", "not set". */
  readonly origin: string;
  /** In JSON as a file would have it; "***" for a secret. */
  readonly text: string;
  /** Whether the text, in a file, would set it to what it is. */
  readonly isGiven: boolean;
}

/** The settings in effect. */
export interface Config<Settings> {
  readonly settings: Settings;
  readonly entries: readonly ConfigEntry[];
}

/** A setting that a reload changed. */
export interface Change {
  readonly key: string;
  /** As in ConfigEntry. */
  readonly before: string;
  readonly after: string;
}

export function toEntry(
  { path, key, isSecret, schema }: Setting,
  settings: unknown,
  given: GivenValue | undefined,
): ConfigEntry {
  const value = given?.value ?? valueAt(settings, path);
  const origin = given?.origin ?? (value === undefined ? "not set" : "default");
  const isGiven = given !== undefined && !isSecret;
  if (isSecret && value !== undefined) return { path, key, origin, text: '"***"', isGiven };
  return { path, key, origin, text: given ? toJson(value) : showDefault(schema, value), isGiven };
}

/** A default as one would write it: a time is "10s" rather than 10000; "" when there is none. */
export function showDefault(schema: Setting["schema"], value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "number"
    ? JSON.stringify(toPlain(showQuantity(kindOf(schema), value)))
    : toJson(value);
}

/**
 * What is in effect, as a file in YAML that would set the same. Defaults and secrets are commented
 * out: the former need not be set, the latter are not shown.
 */
export function showConfig({ entries }: Config<unknown>): string {
  const lines: string[] = [];
  let place: readonly string[] = [];
  for (const { path, origin, text, isGiven } of entries) {
    const sections = path.slice(0, -1);
    let shared = 0;
    while (shared < sections.length && sections[shared] === place[shared]) shared += 1;
    for (let depth = shared; depth < sections.length; depth += 1) {
      lines.push(`${indent(depth)}${sections[depth]}:`);
    }
    place = sections;
    const line = `${path.at(-1)}: ${text}`.trimEnd();
    const comment = origin.replaceAll(/\s+/g, " ");
    lines.push(`${indent(sections.length)}${isGiven ? "" : "# "}${line} # ${comment}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What is not as it was before, after the file was read again. Secrets stay masked. */
export function changed<Settings>(
  before: Config<Settings>,
  after: Config<Settings>,
): readonly Change[] {
  return after.entries.flatMap(({ path, key, text }, index) => {
    const same = isDeepStrictEqual(valueAt(before.settings, path), valueAt(after.settings, path));
    return same ? [] : [{ key, before: before.entries[index]!.text, after: text }];
  });
}

const indent = (depth: number) => "  ".repeat(depth);

/** A number that has no unit is written as a number. */
const toPlain = (text: string) => (/^[\d.-]+$/.test(text) ? Number(text) : text);

/** On one line, which YAML reads as it is. */
const toJson = (value: unknown) => JSON.stringify(value);
