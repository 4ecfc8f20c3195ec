import { exitCode, RunError } from "../exit-code.ts";
import type { SecretSource } from "../vu/test-context.ts";
import { fileSecrets } from "./file-source.ts";
import { keyValueSource, parseKeyValues } from "./key-values.ts";
import { readSourceLine, type SourceLine } from "./source-line.ts";
import { type UrlSourceTools, urlSource } from "./url-source.ts";

export interface SecretSourcesOptions extends UrlSourceTools {
  /** What stands behind each `--secret-source`, or in K6_SECRET_SOURCE; see sourceLines(). */
  readonly lines: readonly string[];
}

/** What is seen of a secret in a log line; k6's words. */
export const REDACTED = "***SECRET_REDACTED***";

/** Scripts make up keys; each would be kept, and sought in every line. */
const MAX_SECRETS = 1000;

/** k6's: the flags, or else the variable, which holds one. */
export function sourceLines(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const line = env.K6_SECRET_SOURCE;
  return flags.length > 0 || line === undefined ? flags : [line];
}

/**
 * The sources of secrets of one process (load.md 1.10), and what keeps those that were handed out
 * out of its log. Throws a RunError for a line that cannot be used.
 */
export class SecretSources {
  readonly #sources = new Map<string, SecretSource>();
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  constructor(options: SecretSourcesOptions) {
    for (const line of options.lines) this.#add(line, options);
    const [only] = this.#sources.values();
    if (this.#sources.size === 1 && only) this.#sources.set(DEFAULT, only);
  }

  /** The default one without a name. Throws a TypeError for one that there is not. */
  source(name: string = DEFAULT): SecretSource {
    const found = this.#sources.get(name);
    if (found) return found;
    const which = name === DEFAULT ? "a default source" : `the source "${name}"`;
    const some = this.#sources.size > 0 ? "is none of that name" : "are none";
    throw new TypeError(`Cannot get secrets from ${which}: there ${some}; give --secret-source`);
  }

  /** The text without any secret that was handed out. */
  redact(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, REDACTED) : text;
  }

  #add(line: string, options: SecretSourcesOptions): void {
    try {
      const parsed = readSourceLine(line);
      const source = this.#handingOut(makeSource(parsed, options));
      this.#register(parsed.name, source);
      if (parsed.isDefault) this.#register(DEFAULT, source);
    } catch (error) {
      const why = (error as Error).message;
      throw new RunError(exitCode.invalidConfig, `Cannot use --secret-source=${line}: ${why}`);
    }
  }

  #register(name: string, source: SecretSource): void {
    if (this.#sources.has(name)) {
      throw new Error(
        name === DEFAULT ? "another is the default already" : `another is called ${name} already`,
      );
    }
    this.#sources.set(name, source);
  }

  /** Asks for each key once, however many VUs do; one that failed is asked for again. */
  #handingOut(source: SecretSource): SecretSource {
    const asked = new Map<string, Promise<string>>();
    const ask = async (key: string): Promise<string> => {
      try {
        const value = await source.get(key);
        this.#hide(value);
        return value;
      } catch (error) {
        asked.delete(key);
        throw error;
      }
    };
    return {
      name: source.name,
      get: (key) => {
        let answer = asked.get(key);
        if (answer === undefined) {
          answer = ask(key);
          asked.set(key, answer);
        }
        return answer;
      },
    };
  }

  #hide(value: string): void {
    // Nothing would be left to read if blanks were left out.
    if (value.trim() === "") return;
    if (this.#values.size >= MAX_SECRETS && !this.#values.has(value)) {
      throw new TypeError(`Cannot hand out more than ${MAX_SECRETS} secrets`);
    }
    this.#values.add(value);
    // Of two that begin alike the longer one first: nothing of it must be left.
    const longestFirst = [...this.#values].sort((one, other) => other.length - one.length);
    this.#pattern = new RegExp(longestFirst.map(RegExp.escape).join("|"), "g");
  }
}

const DEFAULT = "default";

function makeSource({ type, name, config }: SourceLine, tools: UrlSourceTools): SecretSource {
  switch (type) {
    case "mock":
      return keyValueSource(name, parseKeyValues(config.split(",")));
    case "file":
      return keyValueSource(name, fileSecrets(config, tools.readFile));
    case "url":
      return urlSource(name, config, tools);
  }
}
