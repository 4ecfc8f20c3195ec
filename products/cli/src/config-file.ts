import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the config file says (load.md 1.4): k6's options, and settings of the command itself. */
export interface ConfigFile {
  readonly options: Readonly<Record<string, unknown>>;
  readonly out: readonly string[];
  readonly linger: boolean | undefined;
  readonly webDashboard: boolean | undefined;
  readonly collectors: Readonly<Record<string, unknown>>;
}

/**
 * Reads the file that was asked for, or else Breakwater's or k6's own if there is one. Throws an
 * InvalidArgumentError for what cannot be read or is no JSON object.
 */
export function readConfigFile(asked: string | undefined, env: Environment): ConfigFile {
  const path = asked || env.K6_CONFIG || undefined;
  if (path !== undefined) return parseConfig(path, readConfig(path));
  for (const own of ownPaths(env)) {
    const text = tryReadConfig(own);
    if (text !== undefined) return parseConfig(own, text);
  }
  return parseConfig("", "{}");
}

/** Ours before k6's: whoever has both wants ours to differ. */
function ownPaths({ XDG_CONFIG_HOME, HOME }: Environment): readonly string[] {
  const folder = XDG_CONFIG_HOME || (HOME && join(HOME, ".config"));
  if (!folder) return [];
  return ["breakwater", "k6"].map((name) => join(folder, name, "config.json"));
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InvalidArgumentError(`Cannot read the config file "${path}": ${codeOf(error)}`);
  }
}

function tryReadConfig(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw new InvalidArgumentError(`Cannot read the config file "${path}": ${codeOf(error)}`);
  }
}

function parseConfig(path: string, text: string): ConfigFile {
  const refuse = (why: string): never => {
    throw new InvalidArgumentError(`Cannot use the config file "${path}": ${why}`);
  };
  const config = parseJson(text) ?? refuse("it is no JSON");
  if (!isObject(config)) return refuse("it must be a JSON object");
  const { out = [], linger, webDashboard, collectors = {} } = withoutNulls(config);
  if (!Array.isArray(out) || !out.every((each) => typeof each === "string")) {
    return refuse('out must be an array such as ["json=FILE"]');
  }
  if (linger !== undefined && typeof linger !== "boolean") {
    return refuse("linger must be true or false");
  }
  if (webDashboard !== undefined && typeof webDashboard !== "boolean") {
    return refuse("webDashboard must be true or false");
  }
  if (!isObject(collectors)) return refuse("collectors must be an object");
  return { options: config, out, linger, webDashboard, collectors };
}

function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
