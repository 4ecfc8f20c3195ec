import type { z } from "zod";
import { readArguments } from "./arguments.ts";
import { describeIssue } from "./describe-issue.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { readSettingsFile } from "./file.ts";
import { helpText } from "./help.ts";
import type { GivenValue, Layer } from "./layer.ts";
import { configVariable, type Setting, settingsOf, trySection } from "./setting.ts";
import { type Config, showConfig, toEntry } from "./show-config.ts";

export interface ReadConfigOptions<Schema extends z.ZodObject> {
  /** What can be set; objects within it are sections. Keys are in camelCase. */
  readonly schema: Schema;
  /** The program's name in its help. */
  readonly name: string;
  /** Before the names of variables: "GATE" for GATE_PORT; "" for PORT. */
  readonly prefix: string;
  /** Without the program's own name: `processArguments()`. */
  readonly arguments: readonly string[];
  readonly environment: Environment;
  /** Throws when the file cannot be read. */
  readonly readFile: (path: string) => string;
}

/** What to do: go on, print the text and end well, or print the mistakes and end badly. */
export type ConfigResult<Settings> =
  | { readonly kind: "config"; readonly config: Config<Settings> }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "mistakes"; readonly mistakes: readonly string[] };

/**
 * Reads a service's settings: the schema's defaults, over them a file (`--config`), over it the
 * environment, over it flags. To reload, call it again and compare: see `changed`.
 */
export function readConfig<Schema extends z.ZodObject>(
  options: ReadConfigOptions<Schema>,
): ConfigResult<z.output<Schema>> {
  const { schema, prefix, environment, readFile } = options;
  const settings = settingsOf(schema, prefix);
  const flags = readArguments(options.arguments, settings);
  if (flags.wants === "help") return { kind: "text", text: helpText(settings, options) };
  const variables = readEnvironment(environment, settings, readFile);
  const path = flags.configPath ?? (environment[configVariable(prefix)] || undefined);
  const file =
    path === undefined ? nothing : readSettingsFile(path, { schema, settings, readFile });
  const layers = [file, variables, flags];
  const given = new Map(layers.flatMap(({ values }) => [...values]));
  const parsed = schema.safeParse(assemble(schema, given, []));
  const mistakes = [
    ...layers.flatMap((layer) => layer.mistakes),
    ...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, settings, given)),
  ];
  if (!parsed.success || mistakes.length > 0) {
    return { kind: "mistakes", mistakes: withoutSecrets(mistakes, settings, layers) };
  }
  const entries = settings.map((each) => toEntry(each, parsed.data, given.get(each.key)));
  const config = { settings: parsed.data, entries };
  if (flags.wants === "print") return { kind: "text", text: showConfig(config) };
  return { kind: "config", config };
}

const nothing: Layer = { values: new Map(), mistakes: [] };

/** What the schema is to read. A section is there when it must be, or something in it is set. */
function assemble(
  section: z.ZodObject,
  given: ReadonlyMap<string, GivenValue>,
  path: readonly string[],
): Readonly<Record<string, unknown>> {
  const parts = Object.entries(section.shape).flatMap(([name, schema]): [string, unknown][] => {
    const own = [...path, name];
    const key = own.join(".");
    const inner = trySection(schema);
    if (inner === undefined) {
      const value = given.get(key);
      return value === undefined ? [] : [[name, value.value]];
    }
    const isOpen = inner === schema || given.keys().some((each) => each.startsWith(`${key}.`));
    return isOpen ? [[name, assemble(inner, given, own)]] : [];
  });
  return Object.fromEntries(parts);
}

/** The last line of defence: a rule over several settings may quote any of them. */
function withoutSecrets(
  mistakes: readonly string[],
  settings: readonly Setting[],
  layers: readonly Layer[],
): readonly string[] {
  const secrets = settings
    .filter(({ isSecret }) => isSecret)
    .flatMap(({ key }) => layers.flatMap(({ values }) => textsIn(values.get(key)?.value)))
    // A shorter one stands in many a word by chance.
    .filter((text) => text.length >= 4);
  return mistakes.map((mistake) =>
    secrets.reduce((text, each) => text.replaceAll(each, "***"), mistake),
  );
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
