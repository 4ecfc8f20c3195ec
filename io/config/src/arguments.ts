import { fromText } from "./from-text.ts";
import type { Layer } from "./layer.ts";
import { didYouMean } from "./near-miss.ts";
import type { Setting } from "./setting.ts";

export interface ReadArguments extends Layer {
  readonly wants: "settings" | "help" | "print";
  readonly configPath: string | undefined;
}

/**
 * Reads flags: `--port 80`, `--port=80`, `--observe`, `--no-observe`. Of a flag given twice the
 * last counts, but lists add up. What stands by itself is never quoted: after a typing error it may
 * be a secret.
 */
export function readArguments(
  given: readonly string[],
  settings: readonly Setting[],
): ReadArguments {
  const reading = new Reading(settings);
  for (let index = 0; index < given.length; ) index += reading.take(given, index);
  return reading;
}

/** "-----BEGIN PRIVATE KEY-----" and other values that begin with hyphens do not. */
const looksLikeFlag = /^--[a-z][a-z0-9-]{0,50}(?:=|$)/i;

const isAhead = (next: string): boolean => next === "--" || looksLikeFlag.test(next);

class Reading implements ReadArguments {
  readonly #settings: ReadonlyMap<string, Setting>;
  readonly values: Map<string, { value: unknown; origin: string }> = new Map();
  readonly mistakes: string[] = [];
  wants: ReadArguments["wants"] = "settings";
  configPath: string | undefined;

  constructor(settings: readonly Setting[]) {
    this.#settings = new Map(settings.map((setting) => [setting.flag, setting]));
  }

  /** Reads what begins at `index`, and answers how many arguments that was. */
  take(given: readonly string[], index: number): number {
    const argument = given[index]!;
    if (argument === "-h") return this.#want("help");
    if (!looksLikeFlag.test(argument)) {
      this.mistakes.push(`argument ${index + 1} is no flag: write --name value`);
      return 1;
    }
    const equals = argument.indexOf("=");
    const name = argument.slice(2, equals < 0 ? undefined : equals);
    const joined = equals < 0 ? undefined : argument.slice(equals + 1);
    if (name === "help" && joined === undefined) return this.#want("help");
    if (name === "print-config" && joined === undefined) return this.#want("print");
    const setting = this.#settings.get(name);
    if (setting?.isBoolean) return this.#set(setting, joined ?? "true", 1);
    const next = given[index + 1];
    const apart = next === undefined || next === "-h" || isAhead(next) ? undefined : next;
    const used = joined === undefined && apart !== undefined ? 2 : 1;
    if (setting === undefined && name !== "config") return this.#other(name, joined, used);
    const text = joined ?? apart;
    if (text === undefined) this.mistakes.push(`flag --${name}: needs a value after it`);
    else if (setting === undefined) this.configPath = text;
    else this.#set(setting, text, used);
    return used;
  }

  #want(what: "help" | "print"): number {
    // Who asks for help is told what there is, and nothing else.
    if (this.wants !== "help") this.wants = what;
    return 1;
  }

  #other(name: string, joined: string | undefined, used: number): number {
    const denied = name.startsWith("no-") ? this.#settings.get(name.slice(3)) : undefined;
    if (denied?.isBoolean && joined === undefined) return this.#set(denied, "false", 1);
    const flags = ["--help", "--config", "--print-config"];
    for (const { flag, isBoolean } of this.#settings.values()) {
      flags.push(`--${flag}`, ...(isBoolean ? [`--no-${flag}`] : []));
    }
    this.mistakes.push(`flag --${name}: there is no such flag${didYouMean(`--${name}`, flags)}`);
    return used;
  }

  #set({ key, flag, schema }: Setting, text: string, used: number): number {
    const value = fromText(schema, text);
    const before = this.values.get(key)?.value;
    const all = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    this.values.set(key, { value: all, origin: `flag --${flag}` });
    return used;
  }
}
