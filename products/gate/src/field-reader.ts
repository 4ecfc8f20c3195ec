import { parseBytes, parseDuration, UnitError } from "@breakwater/units";

/** What a user said, by the flags' names: text from flags, any value from a file. */
export type Fields = Readonly<Record<string, unknown>>;

interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** Reads fields one by one and keeps all mistakes, so that they can be told at once. */
export class FieldReader {
  readonly mistakes: string[] = [];
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  /** The field's value; undefined where nothing was said. */
  raw(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  /** Undefined where nothing was said, or nothing that can be. */
  whole(name: string, { min, max }: NumberRange): number | undefined {
    const wanted = `a whole number from ${min} to ${max}`;
    return this.#read(name, wanted, (value) => {
      const number = toNumber(value);
      return Number.isSafeInteger(number) && number >= min && number <= max ? number : undefined;
    });
  }

  /** A part of a whole: above 0, at most 1. */
  part(name: string): number | undefined {
    return this.#read(name, "a number above 0 and at most 1", (value) => {
      const number = toNumber(value);
      return number > 0 && number <= 1 ? number : undefined;
    });
  }

  /** In ms. */
  duration(name: string, { min, max }: NumberRange): number | undefined {
    const wanted = `a time such as 500ms or 5s, from ${min} to ${max} ms`;
    return this.#read(name, wanted, (value) => {
      const ms = typeof value === "number" ? value : tryUnit(value, parseDuration);
      return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
    });
  }

  bytes(name: string, { min, max }: NumberRange): number | undefined {
    return this.#read(name, `a size such as 64K or 10MB, from ${min} bytes`, (value) => {
      const bytes = typeof value === "number" ? value : tryUnit(value, parseBytes);
      return bytes !== undefined && bytes >= min && bytes <= max ? bytes : undefined;
    });
  }

  text(name: string, wanted: string): string | undefined {
    return this.#read(name, wanted, (value) =>
      typeof value === "string" && value !== "" ? value : undefined,
    );
  }

  flag(name: string): boolean {
    return this.#read(name, "true or false", (value) => booleans.get(value)) ?? false;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return this.#read(name, choices.join(", "), (value) =>
      choices.find((choice) => choice === value),
    );
  }

  /** One text or a list of them, each of which may be something else. */
  list<Value>(
    name: string,
    wanted: string,
    toValue: (text: string) => Value | undefined,
  ): readonly Value[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => {
      const read = typeof each === "string" ? toValue(each) : undefined;
      if (read === undefined) this.mistake(name, each, wanted);
      return read === undefined ? [] : [read];
    });
  }

  mistake(name: string, value: unknown, wanted: string): void {
    this.mistakes.push(`Cannot use ${name} ${shown(value)}: give ${wanted}`);
  }

  #read<Value>(
    name: string,
    wanted: string,
    toValue: (value: unknown) => Value | undefined,
  ): Value | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const read = toValue(value);
    if (read === undefined) this.mistake(name, value, wanted);
    return read;
  }
}

const booleans: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
]);

/** A value as a message has it. */
export function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function tryUnit(value: unknown, parse: (text: string) => number): number | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}
