import { readFileSync } from "node:fs";
import { parseDuration, UnitError } from "@breakwater/units";
import { SinkError } from "./sink-error.ts";
import { unreadable } from "./unwritable.ts";

/** One setting of an output: what it is called where, and how its text is read. */
export interface Setting<T> {
  readonly env?: string;
  /** In the config file's `collectors`, and where the output takes an argument. */
  readonly key?: string;
  /** Where the config file calls it otherwise. */
  readonly fileKey?: string;
  /** Throws a RangeError that says what the text must be: "must be true or false". */
  readonly read: (text: string) => T;
}

/** Where settings come from, the later over the earlier: as k6 has it. */
export interface SettingSources {
  /** Of the config file: `collectors.<output>`. */
  readonly file?: unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `-o <output>=<argument>`, taken apart. */
  readonly argument?: Readonly<Record<string, string>>;
}

export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

export type Settings<T extends SettingTable> = {
  readonly [K in keyof T]: ReturnType<T[K]["read"]> | undefined;
};

/** Those that were given; throws a SinkError that names the one whose value will not do. */
export function readSettings<T extends SettingTable>(
  output: string,
  table: T,
  sources: SettingSources,
): Settings<T> {
  const read = Object.entries(table).map(([name, setting]) => {
    const found = find(setting, sources);
    if (found === undefined) return [name, undefined] as const;
    try {
      return [name, setting.read(found.text)] as const;
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof UnitError)) throw error;
      throw badSetting(output, found, error.message);
    }
  });
  return Object.fromEntries(read) as Settings<T>;
}

interface Found {
  readonly name: string;
  readonly text: string;
}

function find(
  { env, key, fileKey = key }: Setting<unknown>,
  sources: SettingSources,
): Found | undefined {
  const given = key === undefined ? undefined : sources.argument?.[key];
  if (given !== undefined) return { name: key!, text: given };
  const set = env === undefined ? undefined : sources.env[env];
  if (set !== undefined && set !== "") return { name: env!, text: set };
  const value = fileKey === undefined ? undefined : asRecord(sources.file)[fileKey];
  if (value === undefined || value === null) return undefined;
  return {
    name: `collectors: ${fileKey}`,
    text: Array.isArray(value) ? value.join(",") : String(value),
  };
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

export function badSetting(output: string, { name, text }: Found, why: string): SinkError {
  const message = `Cannot use ${JSON.stringify(text)} as ${name} of the output ${output}: ${why}`;
  return new SinkError("bad_setting", message);
}

/** Readers of one kind of value each. */
export const readers = {
  text: (text: string): string => text,
  flag: (text: string): boolean => {
    // What Go's ParseBool takes.
    if (/^(1|t|true)$/i.test(text)) return true;
    if (/^(0|f|false)$/i.test(text)) return false;
    throw new RangeError("it must be true or false");
  },
  count: (text: string): number => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new RangeError("it must be a whole number above 0");
  },
  duration: (text: string): number => {
    const ms = parseDuration(text);
    if (ms > 0) return ms;
    throw new RangeError("it must be longer than 0");
  },
  list: (text: string): readonly string[] =>
    text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  /** A file with PEM text in it. */
  pem: (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw new RangeError(unreadable(error));
    }
  },
  url: (text: string): string => {
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
    throw new RangeError("it must be a URL that begins with http:// or https://");
  },
} as const;

/** Reads "k1<sign>v1,k2<sign>v2"; what `decode` does is done to each part. */
export function pairs(
  text: string,
  sign: ":" | "=",
  decode: (part: string) => string = (part) => part,
): Readonly<Record<string, string>> {
  const read = text.split(",").map((pair) => {
    const at = pair.indexOf(sign);
    if (at <= 0) throw new RangeError(`each must be name${sign}value, with commas between them`);
    return [decode(pair.slice(0, at).trim()), decode(pair.slice(at + 1).trim())] as const;
  });
  return Object.fromEntries(read);
}
